import Mien
import MienCapture
import MienImage
import MienVision

/// The way of the tutorials, to compare with: every frame is scanned in full at its own size, and its faces labelled.
struct PlainWay {
    private let plan: Plan

    init(_ plan: Plan) { self.plan = plan }

    /// `note` gets each frame's number, and whether there is a face in it.
    func run(_ source: any FrameSource, note: (Int, Bool) -> Void) throws -> RunSummary {
        let configuration = try plan.configuration()
        var classifier = try ExpressionClassifier(
            ExpressionModel(file: configuration.model, options: configuration.modelOptions))
        var summary = RunSummary(model: configuration.model ?? "")
        var frame = Frame()
        var boxes: [Box] = []
        var detector: FaceDetector?
        while try source.read(into: &frame) {
            if detector == nil {
                detector = try FaceDetector(
                    cascade: configuration.cascade, options: Self.options(for: frame), search: .plain)
            }
            try detector?.detect(in: frame.luma.view, faces: &boxes)
            classifier.begin()
            for box in boxes { try classifier.add(Region(box), of: frame.luma.view) }
            try classifier.finish()
            note(frame.number, !boxes.isEmpty)
            summary.frames += 1
            summary.framesWithFaces += boxes.isEmpty ? 0 : 1
            summary.faces += boxes.count
        }
        return summary
    }

    /// As for `detectMultiScale(image, 1.1, 5, minSize=(48, 48))`.
    private static func options(for frame: borrowing Frame) -> DetectionOptions {
        var options = DetectionOptions()
        options.scaleFactor = 1.1
        options.neighbours = 5
        options.pixels = frame.luma.width * frame.luma.height
        options.smallestFace = 48
        return options
    }
}
