internal import CMienOneDNN
import Synchronization

/// A tensor of a program that is being built.
struct Operand {
    /// Which of the program's tensors.
    let index: Int
    let descriptor: MemoryDescriptor

    var shape: [Int] { descriptor.dimensions }

    /// Whether it lies in the order of its dimensions.
    var isPlain: Bool {
        if descriptor.isBlocked { return false }
        var stride = 1
        for (size, found) in zip(shape, descriptor.strides).reversed() where size > 1 {
            if found != stride { return false }
            stride *= size
        }
        return true
    }
}

/// Kernels in the order they run, and the tensors between them, for a fixed number of samples. Operators add to it.
final class ProgramBuilder {
    /// Samples that go through at once: the first dimension of every tensor.
    let rows: Int
    private let pictures: Layout
    private(set) var instructions: [Program.Instruction] = []
    /// Of each tensor, the memory that it is in. Views share theirs.
    private var storages: [Int] = []
    private var descriptors: [MemoryDescriptor] = []
    private var sizes: [Int] = []
    private var lifetimes: [ClosedRange<Int>] = []
    private let stream: Stream
    /// Weights on their way into their kernels' layouts.
    private var orderings: [Ordering] = []

    /// One kernel's weights as the model has them, and where they go.
    private struct Ordering {
        let dimensions: [Int]
        let values: [Float]
        let destination: Memory

        func run() throws(OneDNNError) {
            try values.withUnsafeBufferPointer { values throws(OneDNNError) in
                // Only read. There is no kernel of no weights.
                let base = UnsafeMutableRawPointer(mutating: values.baseAddress.unsafelyUnwrapped)
                let source = try Memory(MemoryDescriptor(dimensions), borrowing: base)
                try Step(reorder: source, to: destination).run(on: Stream())
            }
        }
    }

    /// - Parameter pictures: channels last, or blocked.
    init(rows: Int, pictures: Layout = .channelsLast) throws(OneDNNError) {
        self.rows = rows
        self.pictures = pictures
        stream = try Stream()
    }

    // MARK: Tensors

    /// A new tensor.
    func tensor(_ descriptor: MemoryDescriptor) -> Operand {
        sizes.append(descriptor.byteCount)
        lifetimes.append(instructions.count...instructions.count)
        return add(descriptor, storage: sizes.count - 1)
    }

    /// The memory of a tensor, seen otherwise.
    func view(_ operand: Operand, as descriptor: MemoryDescriptor) -> Operand {
        add(descriptor, storage: storages[operand.index])
    }

    private func add(_ descriptor: MemoryDescriptor, storage: Int) -> Operand {
        descriptors.append(descriptor)
        storages.append(storage)
        return Operand(index: descriptors.count - 1, descriptor: descriptor)
    }

    /// How pictures of so many channels lie between this program's kernels for them.
    func layout(channels: Int) -> Layout {
        guard case .blocked = pictures else { return pictures }
        return channels.isMultiple(of: MemoryDescriptor.channelBlock) ? .blocked : .plain
    }

    /// The tensor as this program's pictures lie: itself where it lies so, a copy otherwise.
    func picture(_ operand: Operand) throws(OneDNNError) -> Operand {
        let shape = operand.shape
        return try self.operand(operand, as: MemoryDescriptor(shape, layout: layout(channels: shape[1])))
    }

    /// The tensor with a stride for each dimension.
    func strided(_ operand: Operand) throws(OneDNNError) -> Operand {
        operand.descriptor.isBlocked ? try channelsLast(operand) : operand
    }

    /// The tensor as pictures with the channels innermost.
    func channelsLast(_ operand: Operand) throws(OneDNNError) -> Operand {
        try self.operand(operand, as: MemoryDescriptor(operand.shape, layout: .channelsLast))
    }

    /// The tensor in the order of its dimensions.
    func plain(_ operand: Operand) throws(OneDNNError) -> Operand {
        try self.operand(operand, as: MemoryDescriptor(operand.shape))
    }

    /// The tensor in one of the two orders, without a copy where it has one.
    func plainOrChannelsLast(_ operand: Operand) throws(OneDNNError) -> Operand {
        try operand.shape.count == 4 && !operand.isPlain ? channelsLast(operand) : plain(operand)
    }

    /// The tensor with its dimensions in the order that those of `other` have.
    func aligned(_ operand: Operand, with other: Operand) throws(OneDNNError) -> Operand {
        if other.descriptor.isBlocked { return try picture(operand) }
        return try operand.shape.count == 4 && !other.isPlain ? channelsLast(operand) : plain(operand)
    }

    private func operand(_ operand: Operand, as descriptor: MemoryDescriptor) throws(OneDNNError) -> Operand {
        if operand.descriptor == descriptor {
            // Equal for oneDNN are also those that differ in the strides of dimensions of 1. Its kernels tell them apart.
            return operand.descriptor.strides == descriptor.strides ? operand : view(operand, as: descriptor)
        }
        let copy = tensor(descriptor)
        try run(
            PrimitiveDescriptor(reorder: operand.descriptor, to: descriptor),
            reading: [(.source, operand)], writing: copy)
        return copy
    }

    /// Numbers that never change, brought into the kernel's layout here and now.
    func constant(
        _ dimensions: [Int], _ values: [Float], as descriptor: MemoryDescriptor
    ) throws(OneDNNError) -> Memory {
        try constant(Memory(dimensions, values), as: descriptor)
    }

    /// Numbers that never change, brought into the kernel's layout when all of the program is known.
    func weights(
        _ dimensions: [Int], _ values: [Float], as descriptor: MemoryDescriptor
    ) throws(OneDNNError) -> Memory {
        precondition(values.count == dimensions.reduce(1, *))
        let memory = try Memory(descriptor)
        orderings.append(Ordering(dimensions: dimensions, values: values, destination: memory))
        return memory
    }

    func constant(_ values: Memory, as descriptor: MemoryDescriptor) throws(OneDNNError) -> Memory {
        if values.descriptor == descriptor { return values }
        let memory = try Memory(descriptor)
        try Step(reorder: values, to: memory).run(on: stream)
        return memory
    }

    // MARK: Work

    /// Appends a kernel. It may write into a tensor that it reads.
    func run(
        _ descriptor: PrimitiveDescriptor, reading: [(Role, Operand)], writing: Operand,
        constants: [(Role, Memory)] = []
    ) throws(OneDNNError) {
        let tensors = reading + [(.destination, writing)]
        for (_, operand) in tensors { keep(operand, until: instructions.count) }
        instructions.append(
            Program.Instruction(
                primitive: try Primitive(descriptor), constants: constants, tensors: tensors.map { ($0, $1.index) }))
    }

    /// Keeps a tensor's memory from being used again before the end.
    func keep(_ operand: Operand) { keep(operand, until: Int.max) }

    /// Keeps a tensor's memory from having been used before: it's filled from outside.
    func keepFromStart(_ operand: Operand) {
        let storage = storages[operand.index]
        lifetimes[storage] = 0...lifetimes[storage].upperBound
    }

    private func keep(_ operand: Operand, until end: Int) {
        let storage = storages[operand.index]
        lifetimes[storage] = lifetimes[storage].lowerBound...max(lifetimes[storage].upperBound, end)
    }

    /// The finished program.
    func program() throws(OneDNNError) -> Program {
        try order()
        let (offsets, byteCount) = memoryPlan(zip(sizes, lifetimes).map { ($0, $1) })
        return Program(
            instructions: instructions,
            tensors: zip(descriptors, storages).map { ($0, offsets[$1]) },
            byteCount: byteCount,
            scratchByteCount: instructions.map(\.primitive.descriptor.scratchpad.byteCount).max() ?? 0)
    }

    /// Brings the weights into their kernels' layouts, on two threads: Winograd's transform takes longer than all else
    /// that is done to a network before it runs.
    private func order() throws(OneDNNError) {
        nonisolated(unsafe) let orderings = orderings  // safe: each is run once, by one thread
        let failures = Mutex<[OneDNNError]>([])
        WorkerTeam(min(orderings.count, 2)).forEach(orderings.count) { _, index in
            do throws(OneDNNError) { try orderings[index].run() } catch { failures.withLock { $0.append(error) } }
        }
        if let failure = failures.withLock({ $0.first }) { throw failure }
    }
}
