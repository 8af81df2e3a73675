public import Mien

/// An input that was not done.
public struct FailedInput: Sendable {
    /// As it was named or found.
    public var input: String
    /// The whole message.
    public var reason: String
    /// Whether it may go well another time, with the input as it is: it was missing, say, or the disk failed.
    public var canRetry: Bool
    /// Size and time of the file, where there is one: bytes, and seconds since 1970 with nine digits after the point.
    public var file: (bytes: Int, modified: String)?

    public init(_ input: String, _ reason: String, canRetry: Bool, file: (bytes: Int, modified: String)? = nil) {
        (self.input, self.reason, self.canRetry, self.file) = (input, reason, canRetry, file)
    }
}

/// The inputs that were not done, for programs: an object for each, on a line of its own, written at once.
public final class FailureList {
    private let file: OutputFile

    public init(_ file: OutputFile) { self.file = file }

    public func add(_ failure: FailedInput) throws(SinkError) {
        var text = Text()
        text.append("{\"input\":")
        text.append(json: failure.input)
        text.append(",\"reason\":")
        text.append(json: failure.reason)
        text.append(failure.canRetry ? ",\"retry\":true" : ",\"retry\":false")
        if let (bytes, modified) = failure.file {
            text.append(",\"bytes\":")
            text.append(bytes)
            text.append(",\"modified\":")
            text.append(modified)
        }
        text.append("}\n")
        file.text.append(text)
        try file.flush()
    }

    public func finish() throws(SinkError) { try file.close() }
}

extension OutputFile {
    /// Writes a line at once. `line` has no line feed.
    public func append(line: String) throws(SinkError) {
        text.append(line)
        text.append("\n")
        try flush()
    }
}
