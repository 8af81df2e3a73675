import Glibc

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

    /// What a system call on `path` left in errno.
    static func system(_ path: String, _ number: Int32 = errno) -> CaptureError {
        switch number {
        case ENOENT, ENOTDIR: CaptureError(.notFound, "\(path): no such file")
        case EACCES, EPERM: CaptureError(.notPermitted, "\(path): reading it is not permitted (see its mode: ls -l)")
        default: CaptureError(.system, "\(path): cannot be read: \(String(cString: strerror(number)))")
        }
    }

    static func noMemory(_ path: String) -> CaptureError { system(path, ENOMEM) }
}
