/// Why a data set can't be read. The message says what, where, why and what to do.
public struct DataError: Error, CustomStringConvertible, Sendable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
