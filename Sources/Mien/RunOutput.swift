import MienCapture
import MienImage
import MienVision

/// The last stage: steadies the answers, hands them to the sinks in the order of the frames, and counts.
///
/// One thread at a time. Keeps its working memory, so that a frame costs no allocation here.
final class RunOutput {
    private(set) var summary: RunSummary
    private var sinks: [any Sink]
    private let hasReaders: Bool
    private let smoothing: Smoother.Options
    private var smoother: Smoother
    private var result = FrameResult(source: "", frame: 0, time: 0, width: 0, height: 0, faces: [])

    init(into sinks: [any Sink], model: String, smoothing: Smoother.Options) {
        self.sinks = sinks
        self.smoothing = smoothing
        hasReaders = sinks.contains { $0.isReader }
        summary = RunSummary(model: model)
        smoother = Smoother(options: smoothing)
    }

    /// Whether every reader of the results has gone.
    var hasNoReaders: Bool { hasReaders && !sinks.contains { $0.isReader } }

    func begin() throws(PipelineError) {
        let description = RunDescription(model: summary.model)
        try forEachSink { sink throws(SinkError) in try sink.begin(description) }
    }

    /// What follows comes from the source of this name.
    func begin(source: String) {
        summary.sources += 1
        result.source = source
        CrashNote.source(source)
        smoother = Smoother(options: smoothing)
    }

    /// Completes the sinks, all of them whatever befalls one, and then throws the first of their errors.
    func finish(after seconds: Double) throws(PipelineError) -> RunSummary {
        var failure: SinkError?
        for sink in sinks {
            do { try sink.finish() } catch  where !error.isClosedPipe { failure = failure ?? error } catch {}
        }
        sinks = []
        summary.seconds = seconds
        if let failure { throw .sink(failure) }
        return summary
    }

    /// Writes one frame. `answers`: what the network says of each of `faces`.
    func write(
        _ frame: borrowing Frame, _ faces: [TrackedFace], _ answers: ArraySlice<Probabilities>,
        live: LiveFigures? = nil
    ) throws(PipelineError) {
        let begun = threadNanoseconds()
        CrashNote.enter(.write, frame.number)
        (result.frame, result.time, result.live) = (frame.number, frame.time, live)
        (result.width, result.height) = (frame.width, frame.height)
        result.faces.removeAll(keepingCapacity: true)
        let picture = Box(x: 0, y: 0, width: frame.width, height: frame.height)
        for (face, answer) in zip(faces, answers) {
            result.faces.append(
                Face(
                    id: face.id, box: Box(face.region.magnified(by: frame.reduction)).intersection(picture),
                    probabilities: answer,
                    smoothed: smoother.smooth(answer, id: face.id, time: frame.time), detected: face.isDetected))
        }
        summary.count(result)
        try forEachSink { sink throws(SinkError) in try sink.write(result) }
        summary.stages.add(1, since: begun, to: .write)
    }

    /// Adds what a thread has spent on the stages before this one.
    func count(_ times: StageTimes) { summary.stages.add(times) }

    /// Counts the frames of a live source that were not looked at.
    func count(dropped: Int, lost: Int) {
        summary.dropped += dropped
        summary.lost += lost
    }

    /// Leaves out the sinks whose readers have gone, before there is anything to write.
    func dropForsakenSinks() {
        for sink in sinks where sink.isForsaken { try? sink.finish() }
        sinks.removeAll(where: \.isForsaken)
    }

    /// A sink whose reader has gone gets nothing more; the others go on.
    private func forEachSink(_ body: (any Sink) throws(SinkError) -> Void) throws(PipelineError) {
        var index = 0
        while index < sinks.count {
            do throws(SinkError) {
                try body(sinks[index])
                index += 1
            } catch {
                guard error.isClosedPipe else { throw .sink(error) }
                // It has more to give back than what it had to write.
                try? sinks.remove(at: index).finish()
            }
        }
    }
}

extension Region {
    /// In pixels of which so many each way make one of this region's.
    fileprivate func magnified(by reduction: Int) -> Region {
        let factor = Double(reduction)
        return Region(x: x * factor, y: y * factor, width: width * factor, height: height * factor)
    }
}
