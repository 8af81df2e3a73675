/// Numbers in a shape, row-major: the last dimension's neighbours lie next to each other.
public struct Tensor: Equatable, Sendable {
    public var shape: [Int]
    public var values: [Float]

    /// - Precondition: as many values as the shape has elements.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }
}
