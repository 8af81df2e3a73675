/// Why an input gives no frames, or no more of them. The message says what, where, why and what to do.
public struct CaptureError: Error, CustomStringConvertible, Sendable {
    /// Kinds that a program may want to tell apart: `catch let error where error.code == .notFound`.
    public enum Code: Sendable {
        case notFound, notPermitted, unsupported, broken, system
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
