/// Why a model can't be read, written or run. The message says what, where, why and what to do.
public struct ModelError: Error, CustomStringConvertible, Sendable {
    /// Kinds that a program may want to tell apart: `catch let error where error.code == .unsupported`.
    public enum Code: Sendable {
        /// No ONNX file, or one that is damaged.
        case broken
        /// A sound model with something in it that this program can't do.
        case unsupported
        /// The model contradicts itself: shapes that don't go together, values that nobody computes.
        case invalid
        /// oneDNN failed.
        case system
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        // Names out of a file may have anything in them, at any length.
        let line = description.unicodeScalars.prefix(1000).map { $0.properties.generalCategory == .control ? "?" : $0 }
        self.description = String(String.UnicodeScalarView(line))
    }

    init(_ error: OneDNNError) {
        self.init(error.isUnsupported ? .unsupported : .system, "oneDNN: \(error)")
    }
}
