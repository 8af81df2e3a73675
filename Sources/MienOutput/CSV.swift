public import Mien
import MienVision

/// Comma-separated values: a line of column names, then one line for each face. Fields are quoted as RFC 4180 says;
/// lines end as the system's do, in a line feed alone.
public final class CSV: Sink {
    private let file: OutputFile

    public init(_ file: OutputFile) { self.file = file }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) throws(SinkError) {
        file.text.append("source,frame,time,id,x,y,width,height,label,confidence")
        for expression in Expression.allCases {
            file.text.append(",")
            file.text.append(expression.name)
        }
        file.text.append(",smoothed_label,smoothed_confidence\n")
        try file.endFrame()
    }

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        for index in result.faces.indices {
            let face = result.faces[index]
            file.text.append(csv: result.source)
            append(result.frame)
            append(result.time, decimals: 6, kept: 1)
            append(face.id)
            append(face.box.x)
            append(face.box.y)
            append(face.box.width)
            append(face.box.height)
            append(face.probabilities.label, face.probabilities.confidence)
            for expression in Expression.allCases { append(Double(face.probabilities[expression]), decimals: 4) }
            append(face.smoothed.label, face.smoothed.confidence)
            file.text.append("\n")
        }
        try file.endFrame(isLive: result.live != nil)
    }

    public func finish() throws(SinkError) { try file.close() }

    private func append(_ number: Int) {
        file.text.append(",")
        file.text.append(number)
    }

    private func append(_ number: Double, decimals: Int, kept: Int? = nil) {
        file.text.append(",")
        file.text.append(number, decimals: decimals, kept: kept)
    }

    private func append(_ label: Expression, _ confidence: Float) {
        file.text.append(",")
        file.text.append(label.name)
        append(Double(confidence), decimals: 4)
    }
}
