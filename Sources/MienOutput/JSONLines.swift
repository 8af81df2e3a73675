public import Mien
import MienVision

/// JSON Lines: a header, then one line for each frame, faces or not.
public final class JSONLines: Sink {
    private let file: OutputFile

    public init(_ file: OutputFile) { self.file = file }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) throws(SinkError) {
        Self.appendHeader(model: run.model, to: &file.text)
        try file.endFrame()
    }

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        Self.appendStart(of: result, to: &file.text)
        file.text.append(",\"faces\":[")
        for index in result.faces.indices {
            if index > 0 { file.text.append(",") }
            Self.append(result.faces[index], to: &file.text)
        }
        file.text.append("]}\n")
        try file.endFrame(isLive: result.live != nil)
    }

    public func finish() throws(SinkError) { try file.close() }

    // MARK: Parts, for others whose lines have more in them

    static func appendHeader(model: String, to text: inout Text) {
        text.append("{\"mien\":")
        text.append(json: mienVersion)
        text.append(",\"model\":")
        text.append(json: model)
        text.append(",\"classes\":[")
        for expression in Expression.allCases {
            if expression.rawValue > 0 { text.append(",") }
            text.append(json: expression.name)
        }
        text.append("]}\n")
    }

    /// What comes before the faces.
    static func appendStart(of result: borrowing FrameResult, to text: inout Text) {
        text.append("{\"source\":")
        text.append(json: result.source)
        text.append(",\"frame\":")
        text.append(result.frame)
        text.append(",\"time\":")
        text.append(result.time, decimals: 6, kept: 1)
        text.append(",\"width\":")
        text.append(result.width)
        text.append(",\"height\":")
        text.append(result.height)
    }

    /// `file`: where the face's picture is, if it has one.
    static func append(_ face: Face, to text: inout Text, file: String? = nil) {
        text.append("{\"id\":")
        text.append(face.id)
        if let file {
            text.append(",\"face_file\":")
            text.append(json: file)
        }
        text.append(",\"box\":[")
        text.append(face.box.x)
        text.append(",")
        text.append(face.box.y)
        text.append(",")
        text.append(face.box.width)
        text.append(",")
        text.append(face.box.height)
        text.append("],")
        append(face.probabilities.label, face.probabilities.confidence, to: &text)
        text.append(",\"probabilities\":{")
        for expression in Expression.allCases {
            if expression.rawValue > 0 { text.append(",") }
            text.append(json: expression.name)
            text.append(":")
            text.append(Double(face.probabilities[expression]), decimals: 4)
        }
        text.append("},\"smoothed\":{")
        append(face.smoothed.label, face.smoothed.confidence, to: &text)
        text.append("},\"detected\":")
        text.append(face.detected ? "true}" : "false}")
    }

    private static func append(_ label: Expression, _ confidence: Float, to text: inout Text) {
        text.append("\"label\":")
        text.append(json: label.name)
        text.append(",\"confidence\":")
        text.append(Double(confidence), decimals: 4)
    }
}
