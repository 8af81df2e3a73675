import Mien
import MienOutput

/// A plan while it is carried out.
final class PlannedRun {
    private let plan: Plan
    private let pipeline: Pipeline
    private let other: (any Sink)?
    private let meter: ProgressMeter?
    private let pause = PauseFlag()
    private let recorder = ResultRecorder()
    /// Begun when the first input is open.
    private var run: Run?
    /// Why inputs weren't done: those that could not be read, and those whose results could not be written.
    private var unread: [String] = []
    private var unwritten: [String] = []
    var hasUnread: Bool { !unread.isEmpty }
    var hasUnwritten: Bool { !unwritten.isEmpty }
    private var failureList: FailureList?
    private var completed = 0
    /// The input under way, as it was when it was begun, if it is a file.
    private var underway: ResultRecord.Source?
    /// Its sinks alone.
    private var own: [any Sink] = []

    /// All of them, and those that are to be looked at.
    private let all: [Input]
    private let inputs: [Input]
    private let batch: BatchContext
    private let resumption: Resumption?

    /// `other`: a sink beside those of the plan.
    init(_ plan: Plan, _ pipeline: Pipeline, _ inputs: [Input], also other: (any Sink)?) {
        (self.plan, self.pipeline, all, self.other) = (plan, pipeline, inputs, other)
        batch = BatchContext(pipeline, plan.outputs.settings, isQuiet: plan.verbosity == .quiet)
        resumption = plan.resumes ? Resumption(inputs, batch, retries: plan.retries) : nil
        self.inputs = resumption?.left ?? inputs
        meter = plan.progress.map { [inputs = self.inputs] in ProgressMeter($0, inputs: inputs) }
    }

    /// Throws what made an end of it.
    func work() throws(PipelineError) {
        if plan.verbosity != .quiet { pipeline.network.tellAssumptions() }
        defer {
            _ = try? run?.finish()
            releaseMessages()
            sumUp()
        }
        if let path = plan.failures {
            do { failureList = FailureList(try OutputFile(path)) } catch { throw .sink(error) }
        }
        if let resumption {
            if plan.verbosity != .quiet { for line in resumption.news { tell(line) } }
            for failure in resumption.failures { try add(failure, to: \.unread) }
        }
        for input in inputs {
            do throws(PipelineError) {
                try look(at: input)
            } catch {
                switch error {
                case .source(let error): try fail(input, error)
                case .sink(let error) where run?.hasFailed(in: own) == true: try fail(input, error)
                default: throw error
                }
            }
            meter?.end()
            if run?.isOver == true { break }
        }
        if let run {
            let summary = try run.finish()
            if let news = recorder.takeNews() { tell(news) }
            releaseMessages()
            try report(summary)
        }
        do { try failureList?.finish() } catch { throw .sink(error) }
    }

    private func look(at input: Input) throws(PipelineError) {
        // Before it is opened: where another is put in its place meanwhile, the results are known not to be that one's.
        let file = ResultRecord.Source(input)
        underway = file
        // Another run may have done it by now.
        if plan.resumes, let file, case .whole? = input.results?.state(file, batch) {
            completed += 1
            return
        }
        let source = try input.source()
        meter?.begin(source)
        // Only now: where no input can be opened, no output is touched.
        let run = try begun(with: source)
        defer { if plan.verbosity != .quiet, let warning = source.warning { tell(warning) } }
        let sinks: [any Sink]
        do { sinks = try input.results?.makeSinks(for: source, file, batch) ?? [] } catch {
            return try fail(input, error)
        }
        own = sinks
        let before = run.summary.frames
        var isWhole = false
        defer {
            // What was found is kept, where all can't be.
            if !isWhole {
                if run.summary.frames > before { input.results?.keep(batch) } else { input.results?.discard(batch) }
            }
        }
        try run.process(source, into: sinks)
        if stopFlag.isSet { return }
        do {
            try input.results?.complete(batch)
            isWhole = true
        } catch { return try fail(input, error) }
        completed += 1
    }

    private func fail(_ input: Input, _ error: CaptureError) throws(PipelineError) {
        let file = ResultRecord.Source(input)
        tell(error.description)
        // What is still being written, or has gone, will be something else another time.
        let mayPass = error.code.mayPass || file != underway
        let failure = FailedInput(input.path, error.description, canRetry: mayPass, file?.version)
        // Without its camera a run can't go on.
        try add(failure, to: input.isLive ? \.unwritten : \.unread)
        if let file, !mayPass { input.results?.note(failure: error.description, of: file, batch) }
    }

    /// A file of the input's own can't be had. On a full disk no other's can.
    private func fail(_ input: Input, _ error: SinkError) throws(PipelineError) {
        if error.isDiskFull { throw .sink(error) }
        tell(error.description)
        try add(
            FailedInput(input.path, error.description, canRetry: error.isSystem, FileVersion(input.path)),
            to: \.unwritten)
    }

    private func add(
        _ failure: FailedInput, to list: ReferenceWritableKeyPath<PlannedRun, [String]>
    ) throws(PipelineError) {
        self[keyPath: list].append(failure.reason)
        do { try failureList?.add(failure) } catch { throw .sink(error) }
    }

    private func begun(with source: any FrameSource) throws(PipelineError) -> Run {
        if let run { return run }
        let sinks = try makeSinks(for: source) + [other, meter].compactMap(\.self)
        let run = try Run(pipeline, into: sinks, stop: stopFlag, pause: pause)
        self.run = run
        return run
    }

    private func makeSinks(for source: any FrameSource) throws(PipelineError) -> [any Sink] {
        do {
            let privacy = plan.outputs.settings.video.privacy
            let files = try plan.outputs.makeSinks(for: source) + (plan.showing?.makeSinks(privacy, pause) ?? [])
            let isForPeople = plan.outputs.hasReadout && plan.verbosity != .quiet
            let wantsPreview = plan.showing?.preview == true
            if isForPeople, source.isLive, let title = plan.title {
                let controls = LiveReadout.Controls(stop: stopFlag, pause: pause, recorder: recorder) { tell($0) }
                let preview = wantsPreview ? try Preview(privacy: privacy) : nil
                if let readout = LiveReadout(title: title(source), controls: controls, preview: preview) {
                    divertMessages(to: readout)
                    return files + [recorder, readout] + [preview].compactMap(\.self)
                }
            }
            if wantsPreview {
                tell(
                    "no --preview: it needs a terminal that can be drawn on as standard output, in the foreground, with "
                        + "nothing else written there and without --quiet")
            }
            return isForPeople ? files + [Readout(try OutputFile("-"), clearsLines: meter?.form == .bar)] : files
        } catch {
            throw .sink(error)
        }
    }

    private func report(_ summary: RunSummary) throws(PipelineError) {
        do throws(SinkError) {
            if let statistics = plan.statistics { try summary.write(json: OutputFile(statistics)) }
            if plan.outputs.hasReadout, plan.verbosity != .quiet {
                try summary.write(report: OutputFile("-"))
            } else if plan.verbosity == .verbose {
                try summary.write(report: .standardError())
            }
        } catch {
            if !error.isClosedPipe { throw .sink(error) }
        }
    }

    /// Says once more what failed, where that may have been long ago, and how far a run came that was cut short.
    private func sumUp() {
        let knownBefore = resumption?.failures.count ?? 0
        guard all.count > 1 || knownBefore > 0 else { return }
        let failures = unread.count + unwritten.count - knownBefore
        for reason in unread + unwritten { tell("  \(reason)") }
        let isCut = completed + failures < inputs.count && inputs.contains { $0.results != nil }
        if isCut, plan.verbosity != .quiet {
            tell("stopped: \(completed) of \(inputs.count) inputs are done (with --resume the rest is)")
        }
        if hasUnwritten { tell("\(unwritten.count) of \(all.count) inputs' results could not be written") }
        if hasUnread { tell("\(unread.count) of \(all.count) inputs could not be read") }
    }
}

extension CaptureError.Code {
    /// Whether what is in the way may be so no more, though the input is the same.
    fileprivate var mayPass: Bool {
        switch self {
        case .notFound, .notPermitted, .system: true
        case .unsupported, .broken: false
        }
    }
}
