internal import CMienOneDNN

/// Where each parameter of a network lies in one flat array of floats, in which optimisers and checkpoints see it.
public struct ParameterLayout: Sendable {
    public struct Slot: Sendable {
        public var name: String
        public var dimensions: [Int]
        /// Of its first element in the flat array.
        public var offset: Int
        public var kind: Kind

        public var count: Int { dimensions.reduce(1, *) }
        public var range: Range<Int> { offset..<(offset + count) }
    }

    public enum Kind: Sendable {
        /// What weight decay applies to.
        case weight
        /// Biases, and the scales and shifts of normalisations.
        case offset
        /// A running mean or variance: nothing that is learnt. Its "gradient" is the micro-batch's own figure.
        case statistic
    }

    public private(set) var slots: [Slot] = []
    /// Elements of the flat array, gaps for alignment included.
    public private(set) var count = 0
    /// Elements that are learnt.
    public var learntCount: Int { slots.reduce(0) { $0 + ($1.kind == .statistic ? 0 : $1.count) } }

    /// Each slot starts at a cache line.
    private static let alignment = 16

    public init() {}

    public mutating func append(_ name: String, _ dimensions: [Int], _ kind: Kind) {
        let slot = Slot(name: name, dimensions: dimensions, offset: count, kind: kind)
        slots.append(slot)
        count += (slot.count + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    public subscript(name: String) -> Slot? { slots.first { $0.name == name } }
}

/// The parameters of one context: their values, which all contexts share, and their gradients, which can be moved.
final class ParameterBinding {
    let layout: ParameterLayout
    private let values: UnsafeMutablePointer<Float>
    private var gradients: [(memory: Memory, offset: Int)] = []
    /// Until a shard's own place is given.
    private let nowhere: Buffer

    /// - Parameter values: `layout.count` floats that live as long as the binding.
    init(_ layout: ParameterLayout, values: UnsafeMutablePointer<Float>) {
        self.layout = layout
        self.values = values
        nowhere = Buffer(byteCount: layout.count * MemoryLayout<Float>.stride)
    }

    /// A parameter's value and the place for its gradient, under a shape that has the same elements.
    func tensor(
        _ slot: ParameterLayout.Slot, as dimensions: [Int]? = nil, layout: Layout = .plain
    ) throws(OneDNNError) -> (value: Memory, gradient: Memory) {
        let descriptor = try MemoryDescriptor(dimensions ?? slot.dimensions, layout: layout)
        let offset = slot.offset * MemoryLayout<Float>.stride
        let value = try Memory(descriptor, borrowing: UnsafeMutableRawPointer(values) + offset)
        let gradient = try Memory(descriptor, borrowing: nowhere.base + offset)
        gradients.append((gradient, offset))
        return (value, gradient)
    }

    /// From now on gradients are written into `base`: `layout.count` floats.
    func moveGradients(to base: UnsafeMutablePointer<Float>) throws(OneDNNError) {
        for (memory, offset) in gradients { try memory.move(to: UnsafeMutableRawPointer(base) + offset) }
    }
}
