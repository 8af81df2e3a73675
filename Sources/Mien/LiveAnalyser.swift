import MienCapture
import MienImage
import MienVision

/// What the working thread of a live run works with: followed faces, their identities, and a network.
final class LiveAnalyser {
    private var follower: LiveFollower<AligningFinder>
    private var tracker = Tracker()
    private var cut = SceneCut()
    private var faces: [TrackedFace] = []
    private var classifier: ExpressionClassifier
    private var times = StageTimes()

    init(_ configuration: Pipeline.Configuration, _ model: ExpressionModel) throws(VisionError) {
        classifier = try ExpressionClassifier(model)
        let detector = try FaceDetector(cascade: configuration.cascade, options: configuration.detection)
        follower = LiveFollower(finder: AligningFinder(detector: detector))
    }

    /// Whether a scan should not wait.
    var wantsScan: Bool { follower.wantsScan }

    /// Finds the faces in `frame` and labels them. `scanned`: the faces that a scan found in a frame shortly before.
    func look(at frame: borrowing Frame, scanned: [Region]) throws(PipelineError) {
        let picture = frame.luma.view
        CrashNote.enter(.detect, frame.number)
        do throws(VisionError) {
            try times.measure(.detect) { () throws(VisionError) in
                let isCut = cut.isCut(picture)
                if !isCut { follower.add(scanned) }
                try follower.follow(picture, isCut: isCut)
                tracker.adapt(toWidth: picture.width, height: picture.height)
                tracker.track(follower.sightings, time: frame.time, isCut: isCut, into: &faces)
            }
            CrashNote.enter(.classify, frame.number)
            try times.measure(.classify, items: faces.count) { () throws(VisionError) in
                classifier.begin()
                for face in faces { try classifier.add(face.region, of: picture) }
                try classifier.finish()
            }
        } catch {
            throw .vision(error)
        }
    }

    /// `dropped`: frames of the source so far that were passed over here.
    func write(_ frame: borrowing Frame, dropped: Int, to output: RunOutput) throws(PipelineError) {
        let figures = LiveFigures(
            captured: frame.captured, dropped: dropped + frame.passedOver, lost: frame.lost)
        try output.write(frame, faces, classifier.answers[...], live: figures)
        output.count(times)
        times = StageTimes()
    }
}

/// What the scanning thread of a live run works with.
final class Scanner {
    private var finder: AligningFinder

    init(_ configuration: Pipeline.Configuration) throws(VisionError) {
        finder = AligningFinder(
            detector: try FaceDetector(cascade: configuration.cascade, options: configuration.detection))
    }

    /// How many scans for large faces alone come after a full one.
    private static let largeScans = 4
    private var count = 0

    func scan(_ picture: PlaneView, into faces: inout [Region]) throws(VisionError) {
        try finder.scan(picture, count % (1 + Self.largeScans) == 0 ? .full : .large, into: &faces)
        count += 1
    }
}
