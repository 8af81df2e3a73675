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
    /// What a terminal shows of a live source's results: where there is a title for it, a block that is redrawn in place.
    var title: (@Sendable (any FrameSource) -> String)?

    /// Works through `inputs`. One that fails is reported and doesn't lose the others; then, and where nothing can be
    /// done at all, this throws the exit status.
    func run(_ inputs: [Input], also sink: (any Sink)? = nil) throws {
        verbosity.startLog()
        catchSignals()
        var hasFailed = false
        do throws(PipelineError) {
            let pipeline = try Pipeline(configuration())
            let (pause, recorder) = (PauseFlag(), ResultRecorder())
            if verbosity != .quiet { pipeline.network.tellAssumptions() }
            var run: Run?
            defer {
                try? _ = run?.finish()
                releaseMessages()
            }
            for input in inputs {
                do throws(PipelineError) {
                    let source = try input.source()
                    // Only now: where no input can be opened, no output is touched.
                    if run == nil {
                        let sinks = try makeSinks(for: source, pause, recorder) + [sink].compactMap(\.self)
                        run = try Run(pipeline, into: sinks, stop: stopFlag, pause: pause)
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
            if let run {
                let summary = try run.finish()
                if let news = recorder.takeNews() { tell(news) }
                releaseMessages()
                try report(summary)
            }
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

    private func makeSinks(
        for source: any FrameSource, _ pause: PauseFlag, _ recorder: ResultRecorder
    ) throws(PipelineError) -> [any Sink] {
        do {
            let files = try outputs.makeSinks()
            guard outputs.hasReadout, verbosity != .quiet else { return files }
            if source.isLive, let title {
                let controls = LiveReadout.Controls(stop: stopFlag, pause: pause, recorder: recorder)
                if let readout = LiveReadout(title: title(source), controls: controls) {
                    divertMessages(to: readout)
                    return files + [recorder, readout]
                }
            }
            return files + [Readout(try OutputFile("-"))]
        } catch {
            throw .sink(error)
        }
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
    /// A copy of the recording with the results drawn in, and how good its pictures are to be, of 100.
    var video: String?
    var quality = 75
    /// Whether standard output is for people.
    let hasReadout: Bool

    init(jsonl: String?, csv: String?) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        hasReadout = isTerminal && jsonl != "-" && csv != "-"
        self.csv = csv
        // A program at the other end of a pipe gets JSON Lines unless it asked for something.
        self.jsonl = jsonl ?? (isTerminal || csv != nil ? nil : "-")
    }

    /// The files'; a terminal's is for the plan to choose.
    func makeSinks() throws(SinkError) -> [any Sink] {
        var sinks: [any Sink] = []
        if let jsonl { sinks.append(JSONLines(try OutputFile(jsonl))) }
        if let csv { sinks.append(CSV(try OutputFile(csv))) }
        if let video {
            var options = AnnotatedVideo.Options()
            options.quality = quality
            sinks.append(try AnnotatedVideo(video, options) { tell($0) })
        }
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
