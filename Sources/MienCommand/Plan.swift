import ArgumentParser
import Glibc
import Mien
import MienOutput

/// Arguments as resolved: what is to be done, nothing left to ask.
struct Plan {
    var model: String?
    var modelOptions: ModelOptions
    var cascade: String?
    var detection: DetectionOptions
    var threads: Int
    var outputs: Outputs
    /// The file for counts and times.
    var statistics: String?
    var verbosity: Verbosity

    /// Works through `inputs`. One that fails is reported and doesn't lose the others; then, and where nothing can be
    /// done at all, this throws the exit status.
    func run(_ inputs: [Input], also sink: (any Sink)? = nil) throws {
        verbosity.startLog()
        catchSignals()
        var hasFailed = false
        do throws(PipelineError) {
            let pipeline = try Pipeline(configuration())
            if verbosity != .quiet { pipeline.network.tellAssumptions() }
            var run: Run?
            defer { try? _ = run?.finish() }
            for input in inputs {
                do throws(PipelineError) {
                    let source = try input.source()
                    // Only now: where no input can be opened, no output is touched.
                    if run == nil {
                        run = try Run(pipeline, into: makeSinks() + [sink].compactMap(\.self), stop: stopFlag)
                    }
                    defer { if verbosity != .quiet, let warning = source.warning { tell(warning) } }
                    try run?.process(source)
                } catch {
                    guard case .source = error else { throw error }
                    tell("\(error)")
                    hasFailed = true
                }
                if run?.isOver == true { break }
            }
            if let run { try report(run.finish()) }
        } catch {
            tell("\(error)")
            hasFailed = true
        }
        if let signalStatus { throw ExitCode(signalStatus) }
        if hasFailed { throw ExitCode.failure }
    }

    func configuration() throws(PipelineError) -> Pipeline.Configuration {
        var configuration = Pipeline.Configuration()
        configuration.model = model
        configuration.modelOptions = modelOptions
        configuration.detection = detection
        configuration.threads = threads
        if let cascade {
            do { configuration.cascade = try Cascade(file: cascade) } catch { throw .vision(error) }
        }
        return configuration
    }

    private func makeSinks() throws(PipelineError) -> [any Sink] {
        do { return try outputs.makeSinks(isQuiet: verbosity == .quiet) } catch { throw .sink(error) }
    }

    private func report(_ summary: RunSummary) throws(PipelineError) {
        do throws(SinkError) {
            if let statistics { try summary.write(json: OutputFile(statistics)) }
            if outputs.hasReadout, verbosity != .quiet {
                try summary.write(report: OutputFile("-"))
            } else if verbosity == .verbose {
                try summary.write(report: .standardError())
            }
        } catch {
            if !error.isClosedPipe { throw .sink(error) }
        }
    }
}

/// What results are to be written, where to.
struct Outputs {
    var jsonl: String?
    var csv: String?
    /// Whether standard output is for people.
    let hasReadout: Bool

    init(jsonl: String?, csv: String?) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        hasReadout = isTerminal && jsonl != "-" && csv != "-"
        self.csv = csv
        // A program at the other end of a pipe gets JSON Lines unless it asked for something.
        self.jsonl = jsonl ?? (isTerminal || csv != nil ? nil : "-")
    }

    func makeSinks(isQuiet: Bool) throws(SinkError) -> [any Sink] {
        var sinks: [any Sink] = []
        if let jsonl { sinks.append(JSONLines(try OutputFile(jsonl))) }
        if let csv { sinks.append(CSV(try OutputFile(csv))) }
        if hasReadout, !isQuiet { sinks.append(Readout(try OutputFile("-"))) }
        return sinks
    }
}

/// Something to look at, not opened yet.
struct Input {
    private let open: () throws(CaptureError) -> any FrameSource

    /// A file as the user named it; `-` is standard input.
    init(path: String) { open = { () throws(CaptureError) in try openInput(path) } }

    init(_ source: any FrameSource) { open = { () throws(CaptureError) in source } }

    func source() throws(PipelineError) -> any FrameSource {
        do { return try open() } catch { throw .source(error) }
    }
}
