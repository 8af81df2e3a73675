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
    /// What went wrong with single inputs.
    private var failures: [String] = []
    private var completed = 0
    /// The sinks of the input under way alone.
    private var own: [any Sink] = []

    private let inputs: [Input]

    /// `other`: a sink beside those of the plan.
    init(_ plan: Plan, _ pipeline: Pipeline, _ inputs: [Input], also other: (any Sink)?) {
        (self.plan, self.pipeline, self.inputs, self.other) = (plan, pipeline, inputs, other)
        meter = plan.progress.map { ProgressMeter($0, inputs: inputs) }
    }

    /// Returns whether all inputs could be looked at; throws what made an end of it.
    func work() throws(PipelineError) -> Bool {
        if plan.verbosity != .quiet { pipeline.network.tellAssumptions() }
        defer {
            _ = try? run?.finish()
            releaseMessages()
            sumUp()
        }
        for input in inputs {
            do throws(PipelineError) {
                try look(at: input)
            } catch {
                guard concernsInput(error) else { throw error }
                fail(error.description)
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
        return failures.isEmpty
    }

    private func look(at input: Input) throws(PipelineError) {
        let source = try input.source()
        meter?.begin(source)
        // Only now: where no input can be opened, no output is touched.
        let run = try begun(with: source)
        defer { if plan.verbosity != .quiet, let warning = source.warning { tell(warning) } }
        let sinks: [any Sink]
        do { sinks = try input.results?.makeSinks(for: source, plan.outputs.settings) ?? [] } catch {
            return try fail(error)
        }
        own = sinks
        let before = run.summary.frames
        do throws(PipelineError) {
            try run.process(source, into: sinks)
        } catch {
            // What was found before the source broke off is kept, under the name of what isn't whole.
            if run.summary.frames == before { input.results?.discard() }
            throw error
        }
        if stopFlag.isSet { return }
        do { try input.results?.complete() } catch { return try fail(error) }
        completed += 1
    }

    /// Whether others may do better.
    private func concernsInput(_ error: PipelineError) -> Bool {
        switch error {
        case .source: true
        case .vision: false
        case .sink(let error): run?.hasFailed(in: own) == true && !error.isDiskFull
        }
    }

    /// A file of the input's own can't be had. On a full disk no other's can.
    private func fail(_ error: SinkError) throws(PipelineError) {
        if error.isDiskFull { throw .sink(error) }
        fail(error.description)
    }

    private func fail(_ message: String) {
        tell(message)
        failures.append(message)
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
        let count = inputs.count
        guard count > 1 else { return }
        if !failures.isEmpty {
            tell("\(failures.count) of \(count) inputs failed:")
            for failure in failures { tell("  \(failure)") }
        }
        let isCut = completed + failures.count < count && inputs.contains { $0.results != nil }
        if isCut, plan.verbosity != .quiet {
            tell("stopped: \(completed) of \(count) inputs are done (with --resume the rest is)")
        }
    }
}
