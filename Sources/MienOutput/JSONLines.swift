public import Mien
import MienVision

/// JSON Lines: a header, then one line for each frame, faces or not.
public final class JSONLines: Sink {
    private let file: OutputFile

    public init(_ file: OutputFile) { self.file = file }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) throws(SinkError) {
        file.text.append("{\"mien\":")
        file.text.append(json: mienVersion)
        file.text.append(",\"model\":")
        file.text.append(json: run.model)
        file.text.append(",\"classes\":[")
        for expression in Expression.allCases {
            if expression.rawValue > 0 { file.text.append(",") }
            file.text.append(json: expression.name)
        }
        file.text.append("]}\n")
        try file.endFrame()
    }

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        file.text.append("{\"source\":")
        file.text.append(json: result.source)
        file.text.append(",\"frame\":")
        file.text.append(result.frame)
        file.text.append(",\"time\":")
        file.text.append(result.time, decimals: 6, kept: 1)
        file.text.append(",\"width\":")
        file.text.append(result.width)
        file.text.append(",\"height\":")
        file.text.append(result.height)
        file.text.append(",\"faces\":[")
        for index in result.faces.indices {
            if index > 0 { file.text.append(",") }
            append(result.faces[index])
        }
        file.text.append("]}\n")
        try file.endFrame(isLive: result.live != nil)
    }

    public func finish() throws(SinkError) { try file.close() }

    private func append(_ face: Face) {
        file.text.append("{\"id\":")
        file.text.append(face.id)
        file.text.append(",\"box\":[")
        file.text.append(face.box.x)
        file.text.append(",")
        file.text.append(face.box.y)
        file.text.append(",")
        file.text.append(face.box.width)
        file.text.append(",")
        file.text.append(face.box.height)
        file.text.append("],")
        append(face.probabilities.label, face.probabilities.confidence)
        file.text.append(",\"probabilities\":{")
        for expression in Expression.allCases {
            if expression.rawValue > 0 { file.text.append(",") }
            file.text.append(json: expression.name)
            file.text.append(":")
            file.text.append(Double(face.probabilities[expression]), decimals: 4)
        }
        file.text.append("},\"smoothed\":{")
        append(face.smoothed.label, face.smoothed.confidence)
        file.text.append("},\"detected\":")
        file.text.append(face.detected ? "true}" : "false}")
    }

    private func append(_ label: Expression, _ confidence: Float) {
        file.text.append("\"label\":")
        file.text.append(json: label.name)
        file.text.append(",\"confidence\":")
        file.text.append(Double(confidence), decimals: 4)
    }
}
