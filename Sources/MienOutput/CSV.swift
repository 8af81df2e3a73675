public import Mien
import MienVision

/// Comma-separated values: a line of column names, then one line for each face. Fields are quoted as RFC 4180 says;
/// lines end as the system's do, in a line feed alone.
public final class CSV: Sink {
    private let file: OutputFile

    public init(_ file: OutputFile) { self.file = file }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) throws(SinkError) {
        Self.appendHeader(to: &file.text)
        try file.endFrame()
    }

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        for index in result.faces.indices { Self.append(result.faces[index], of: result, to: &file.text) }
        try file.endFrame(isLive: result.live != nil)
    }

    public func finish() throws(SinkError) { try file.close() }

    // MARK: Parts, for others whose lines have more in them

    /// How every header begins, of this version and all others.
    public static let headerStart = "source,frame,time,id,x,y,width,height,label,confidence"

    static func appendHeader(to text: inout Text) {
        text.append(headerStart)
        for expression in Expression.allCases {
            text.append(",")
            text.append(expression.name)
        }
        text.append(",smoothed_label,smoothed_confidence\n")
    }

    static func append(_ face: Face, of result: borrowing FrameResult, to text: inout Text) {
        text.append(csv: result.source)
        append(result.frame, to: &text)
        append(result.time, decimals: 6, kept: 1, to: &text)
        append(face.id, to: &text)
        append(face.box.x, to: &text)
        append(face.box.y, to: &text)
        append(face.box.width, to: &text)
        append(face.box.height, to: &text)
        append(face.probabilities.label, face.probabilities.confidence, to: &text)
        for expression in Expression.allCases {
            append(Double(face.probabilities[expression]), decimals: 4, to: &text)
        }
        append(face.smoothed.label, face.smoothed.confidence, to: &text)
        text.append("\n")
    }

    private static func append(_ number: Int, to text: inout Text) {
        text.append(",")
        text.append(number)
    }

    private static func append(_ number: Double, decimals: Int, kept: Int? = nil, to text: inout Text) {
        text.append(",")
        text.append(number, decimals: decimals, kept: kept)
    }

    private static func append(_ label: Expression, _ confidence: Float, to text: inout Text) {
        text.append(",")
        text.append(label.name)
        append(Double(confidence), decimals: 4, to: &text)
    }
}
