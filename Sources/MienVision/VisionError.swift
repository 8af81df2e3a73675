/// Why faces can't be found or named. The message says what, where, why and what to do.
public struct VisionError: Error, CustomStringConvertible, Sendable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
