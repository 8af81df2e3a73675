import MienCapture
import MienImage
import MienVision

/// The last stage: steadies the answers, hands them to the sinks in the order of the frames, and counts.
///
/// One thread at a time. Keeps its working memory, so that a frame costs no allocation here.
final class RunOutput {
    private(set) var summary: RunSummary
    private var sinks: [any Sink] { didSet { pictureSinks = sinks.map { $0 as? any PictureSink } } }
    /// Those of the sinks that want pictures, each at its place among them; a cast takes too long for every frame.
    private var pictureSinks: [(any PictureSink)?]
    private var hasReaders: Bool
    /// The sink that failed last, if one has.
    private(set) var failed: (any Sink)?
    private let smoothing: Smoother.Options
    private var smoother: Smoother
    /// Of the source, where a sink wants pictures.
    private var pictures: (any PictureReader)?
    private var result = FrameResult(source: "", frame: 0, time: 0, width: 0, height: 0, faces: [])

    init(into sinks: [any Sink], model: String, smoothing: Smoother.Options) {
        self.sinks = sinks
        pictureSinks = sinks.map { $0 as? any PictureSink }
        self.smoothing = smoothing
        hasReaders = sinks.contains { $0.isReader }
        summary = RunSummary(model: model)
        smoother = Smoother(options: smoothing)
    }

    /// Whether every reader of the results has gone.
    var hasNoReaders: Bool { hasReaders && !sinks.contains { $0.isReader } }

    func begin() throws(PipelineError) {
        let description = RunDescription(model: summary.model)
        try forEachSink { sink, _ throws(SinkError) in try sink.begin(description) }
    }

    /// What follows comes from `source`, of which no frame has been read.
    func begin(_ source: any FrameSource) throws(PipelineError) {
        summary.sources += 1
        result.source = source.name
        CrashNote.source(source.name)
        smoother = Smoother(options: smoothing)
        pictures = nil
        guard pictureSinks.contains(where: { $0 != nil }) else { return }
        let reader: any PictureReader
        do { reader = try source.keepPictures() } catch { throw .source(error) }
        pictures = reader
        try forEachSink { _, sink throws(SinkError) in try sink?.begin(source, reader) }
    }

    /// Adds sinks until they are finished with.
    func begin(_ more: [any Sink]) throws(PipelineError) {
        let description = RunDescription(model: summary.model)
        if !more.isEmpty { hasReaders = false }
        // All of them first: those after one that fails are finished, too.
        sinks += more
        for sink in more {
            do throws(SinkError) { try sink.begin(description) } catch {
                failed = sink
                throw .sink(error)
            }
        }
    }

    /// Completes `some` of the sinks, all of them whatever befalls one, and then throws the first of their errors.
    func finish(_ some: [any Sink]) throws(PipelineError) {
        var failure: SinkError?
        // One whose reader has gone has been finished already.
        for sink in some where sinks.contains(where: { $0 === sink }) {
            do throws(SinkError) { try sink.finish() } catch {
                if error.isClosedPipe || failure != nil { continue }
                (failure, failed) = (error, sink)
            }
        }
        sinks.removeAll { sink in some.contains { $0 === sink } }
        if let failure { throw .sink(failure) }
    }

    /// Completes all sinks likewise.
    func finish(after seconds: Double) throws(PipelineError) -> RunSummary {
        summary.seconds = seconds
        try finish(sinks)
        return summary
    }

    /// Writes one frame. `answers`: what the network says of each of `faces`.
    func write(
        _ frame: borrowing Frame, _ faces: [TrackedFace], _ answers: ArraySlice<Probabilities>,
        live: LiveFigures? = nil
    ) throws(PipelineError) {
        CrashNote.enter(.write, frame.number)
        (result.frame, result.time, result.live) = (frame.number, frame.time, live)
        (result.width, result.height) = (frame.width, frame.height)
        result.faces.removeAll(keepingCapacity: true)
        let picture = Box(x: 0, y: 0, width: frame.width, height: frame.height)
        for (face, answer) in zip(faces, answers) {
            let box = Box(face.region.magnified(by: frame.reduction)).intersection(picture)
            // One that has just left the picture is followed for a while.
            if box.area == 0 { continue }
            result.faces.append(
                Face(
                    id: face.id, box: box, probabilities: answer,
                    smoothed: smoother.smooth(answer, id: face.id, time: frame.time), detected: face.isDetected))
        }
        summary.count(result)
        let shown = try takePicture(of: frame)
        let begun = threadNanoseconds()
        try forEachSink { sink, pictureSink throws(SinkError) in
            if pictures != nil, let pictureSink {
                try pictureSink.write(result, shown)
            } else {
                try sink.write(result)
            }
        }
        summary.stages.add(1, since: begun, to: .write)
    }

    /// What its sinks want to see of a frame, whose result is made.
    private func takePicture(of frame: borrowing Frame) throws(PipelineError) -> Picture? {
        guard let pictures else { return nil }
        var isWanted = false
        for sink in pictureSinks where sink?.wantsPicture(of: result) == true { isWanted = true }
        // A recording's are decoded in turn, wanted or not.
        guard isWanted || result.live == nil else { return nil }
        let begun = threadNanoseconds()
        defer { summary.stages.add(1, since: begun, to: .picture) }
        do { return try pictures.picture(of: frame) } catch { throw .source(error) }
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
        let forsaken = sinks.filter(\.isForsaken)
        for sink in forsaken { try? sink.finish() }
        sinks.removeAll { sink in forsaken.contains { $0 === sink } }
    }

    /// A sink whose reader has gone gets nothing more; the others go on.
    private func forEachSink(
        _ body: (any Sink, (any PictureSink)?) throws(SinkError) -> Void
    ) throws(PipelineError) {
        var index = 0
        while index < sinks.count {
            do throws(SinkError) {
                try body(sinks[index], pictureSinks[index])
                index += 1
            } catch {
                guard error.isClosedPipe else {
                    failed = sinks[index]
                    throw .sink(error)
                }
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
