public import MienCapture

/// One run of a pipeline over one source or several after another, into the same sinks.
///
/// A source that breaks off doesn't end the run: `process` throws, and the next source may follow. `finish` completes
/// the sinks and is to be called however the run went.
public final class Run {
    private let pipeline: Pipeline
    private let stop: StopFlag
    private let pause: PauseFlag
    private let output: RunOutput
    private let start = monotonicNanoseconds()

    /// Begins all sinks.
    ///
    /// `pause`: while it is set, a live source's frames are passed over, and not counted. Recordings don't heed it.
    public init(
        _ pipeline: Pipeline, into sinks: [any Sink], stop: StopFlag? = nil, pause: PauseFlag? = nil
    ) throws(PipelineError) {
        self.pipeline = pipeline
        (self.stop, self.pause) = (stop ?? StopFlag(), pause ?? PauseFlag())
        output = RunOutput(into: sinks, model: pipeline.model, smoothing: pipeline.configuration.smoothing)
        do throws(PipelineError) {
            try output.begin()
        } catch {
            _ = try? finish()
            throw error
        }
    }

    /// So far.
    public var summary: RunSummary { output.summary }

    /// Whether there is nothing more to do, since `stop` was set or every reader has gone.
    public var isOver: Bool { output.hasNoReaders || stop.isSet }

    /// Works through `source` to its end, or until the run is over.
    ///
    /// `sinks` are for this source alone: begun here, and completed before this returns or throws. As long as a run is
    /// given such, it doesn't end for want of readers.
    public func process(_ source: any FrameSource, into sinks: [any Sink] = []) throws(PipelineError) {
        var failure: PipelineError?
        do throws(PipelineError) {
            try output.begin(sinks)
            try output.begin(source)
            if !isOver { try pass(source) }
        } catch {
            failure = error
        }
        do throws(PipelineError) { try output.finish(sinks) } catch { failure = failure ?? error }
        if let failure { throw failure }
    }

    /// Whether it was one of `sinks` that failed last.
    package func hasFailed(in sinks: [any Sink]) -> Bool { sinks.contains { $0 === output.failed } }

    private func pass(_ source: any FrameSource) throws(PipelineError) {
        if source.isLive {
            try LivePass(source, into: output, stop: stop, pause: pause)
                .run(pipeline.liveAnalyser(), scanner: pipeline.scanner())
        } else {
            try RecordedPass(source, into: output, stop: stop).run(pipeline.analysers(for: source))
        }
    }

    /// Completes the sinks, all of them whatever befalls one, and then throws the first of their errors.
    @discardableResult
    public func finish() throws(PipelineError) -> RunSummary {
        try output.finish(after: Double(monotonicNanoseconds() - start) * 1e-9)
    }
}
