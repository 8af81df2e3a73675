import MienCapture
import MienVision

/// What one thread of a run works with: a detector, a network, and the frames it has in hand.
///
/// Where a step fails, `write` throws its error when the chunk's turn comes; the steps between do nothing.
final class Analyser {
    private var chunk: Chunk
    private var follower: ChunkFollower<AligningFinder>
    private var classifier: ExpressionClassifier
    private var times = StageTimes()
    private var failure: VisionError?

    init(_ configuration: Pipeline.Configuration, _ model: ExpressionModel) throws(VisionError) {
        // Who says which faces to find, and how closely to look, gets every pixel.
        let usual = DetectionOptions()
        chunk = Chunk(
            mayReduce: configuration.detection == usual)
        classifier = try ExpressionClassifier(model)
        let detector = try FaceDetector(
            cascade: configuration.cascade, options: configuration.detection, threads: configuration.threads)
        follower = ChunkFollower(finder: AligningFinder(detector: detector))
    }

    /// Takes the next frames of `source`; see `Chunk.read`.
    func read(
        _ number: Int, from source: any FrameSource, cut: inout SceneCut, until stop: StopFlag
    ) throws(CaptureError) -> Bool {
        failure = nil
        let begun = threadNanoseconds()
        defer { times.add(chunk.count, since: begun, to: .decode) }
        return try chunk.read(number, from: source, cut: &cut, until: stop)
    }

    /// Finds the faces.
    func find() {
        attempt(.detect, items: chunk.count) { () throws(VisionError) in
            try follower.follow(chunk.pictures, cuts: chunk.cuts)
        }
    }

    /// Gives the faces that were found their identity.
    func identify(by tracker: inout Tracker) {
        guard failure == nil else { return }
        for index in 0..<chunk.count {
            tracker.adapt(toWidth: chunk.pictures[index].width, height: chunk.pictures[index].height)
            tracker.track(
                follower.sightings[index], of: chunk.number, time: chunk.frames[index].frame.time,
                isCut: chunk.cuts[index], into: &chunk.faces[index])
        }
    }

    /// Asks the network about every face, those of several frames in one batch.
    func classify() {
        let count = chunk.faces[..<chunk.count].reduce(0) { $0 + $1.count }
        attempt(.classify, items: count) { () throws(VisionError) in
            classifier.begin()
            for index in 0..<chunk.count {
                for face in chunk.faces[index] { try classifier.add(face.region, of: chunk.pictures[index]) }
            }
            try classifier.finish()
        }
    }

    /// Hands the frames on, in their order.
    func write(to output: RunOutput) throws(PipelineError) {
        if let failure { throw .vision(failure) }
        var first = 0
        for index in 0..<chunk.count {
            if output.hasNoReaders { break }
            let next = first + chunk.faces[index].count
            try output.write(chunk.frames[index].frame, chunk.faces[index], classifier.answers[first..<next])
            first = next
        }
        output.count(times)
        times = StageTimes()
    }

    private func attempt(_ stage: Stage, items: Int, _ body: () throws(VisionError) -> Void) {
        guard failure == nil else { return }
        let first = Chunk.start(of: chunk.number)
        CrashNote.enter(stage, first, to: first + max(chunk.count, 1) - 1)
        do throws(VisionError) { try times.measure(stage, items: items, body) } catch { failure = error }
    }
}
