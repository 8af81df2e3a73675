/// Numbers in a shape, row-major: the last dimension's neighbours lie next to each other.
public struct Tensor: Equatable, Sendable {
    public var shape: [Int]
    public var values: [Float]

    /// - Precondition: as many values as the shape has elements.
    public init(shape: [Int], values: [Float]) {
        // An empty one's other sizes may be anything, also what can't be multiplied.
        precondition(shape.contains(0) ? values.isEmpty : shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }
}
