internal import CMienOneDNN

/// One value of the graph for one micro-batch.
final class TrainingValue {
    let memory: Memory
    /// False for the network's input and what depends on nothing that is learnt.
    let needsGradient: Bool
    /// The gradient of the loss, in the layout of `memory`. There once all backward work of the layers that read the
    /// value has been planned.
    fileprivate(set) var gradient: Memory?
    /// Other values have the same memory as their gradient: nobody may write into it.
    fileprivate(set) var gradientIsShared = false

    init(_ memory: Memory, needsGradient: Bool) {
        self.memory = memory
        self.needsGradient = needsGradient
    }

    var descriptor: MemoryDescriptor { memory.descriptor }
    var dimensions: [Int] { memory.descriptor.dimensions }
}

/// The work of one training step for a fixed micro-batch, as lists of primitives bound to memory.
///
/// Each kind of layer is a function in a file of its own: it appends its forward work, and says with `differentiate`
/// what it will do backward, which is planned in reverse order when the network is complete.
/// Tensors lie as the kernels like them best; only parameters and their gradients are plain.
final class TrainingPlan {
    /// Of activations and their gradients. Parameters and what is summed up are float32 in any case.
    let type: ElementType
    let parameters: ParameterBinding
    /// Brings the parameters into the kernels' layouts: to run when they have changed.
    var loading: [Step] = []
    private(set) var forward: [Work] = []
    private(set) var backward: [Work] = []
    private var tape: [(TrainingValue, (Memory) throws(OneDNNError) -> Void)] = []

    enum Work {
        case step(Step)
        /// The generator is that of the micro-batch.
        case call((inout SplitMix64) -> Void)
    }

    init(type: ElementType, parameters: ParameterBinding) {
        self.type = type
        self.parameters = parameters
    }

    // MARK: For the layers

    /// A descriptor whose layout the kernel chooses.
    func any(_ dimensions: [Int], _ type: ElementType? = nil) throws(OneDNNError) -> MemoryDescriptor {
        try MemoryDescriptor(dimensions, type ?? self.type, layout: .any)
    }

    func runForward(_ primitive: PrimitiveDescriptor, _ tensors: [(Role, Memory)]) throws(OneDNNError) {
        forward.append(.step(try Step(Primitive(primitive), tensors)))
    }

    func runForward(_ call: @escaping (inout SplitMix64) -> Void) { forward.append(.call(call)) }

    func runBackward(_ primitive: PrimitiveDescriptor, _ tensors: [(Role, Memory)]) throws(OneDNNError) {
        backward.append(.step(try Step(Primitive(primitive), tensors)))
    }

    func runBackward(_ call: @escaping (inout SplitMix64) -> Void) { backward.append(.call(call)) }

    func copyBackward(_ source: Memory, to destination: Memory) throws(OneDNNError) {
        backward.append(.step(try Step(reorder: source, to: destination)))
    }

    /// `memory` as `descriptor` wants it: itself, or a copy made each time on the way forward.
    func forward(_ memory: Memory, as descriptor: MemoryDescriptor) throws(OneDNNError) -> Memory {
        try reordered(memory, as: descriptor) { forward.append(.step($0)) }
    }

    /// `memory` as `descriptor` wants it: itself, or a copy made each time on the way back.
    func backward(_ memory: Memory, as descriptor: MemoryDescriptor) throws(OneDNNError) -> Memory {
        try reordered(memory, as: descriptor) { backward.append(.step($0)) }
    }

    /// A parameter as `descriptor` wants it: itself, or a copy made when the parameters have changed.
    func loaded(_ parameter: Memory, as descriptor: MemoryDescriptor) throws(OneDNNError) -> Memory {
        try reordered(parameter, as: descriptor) { loading.append($0) }
    }

    private func reordered(
        _ memory: Memory, as descriptor: MemoryDescriptor, _ append: (Step) -> Void
    ) throws(OneDNNError) -> Memory {
        if memory.descriptor == descriptor { return memory }
        let copy = try Memory(descriptor)
        append(try Step(reorder: memory, to: copy))
        return copy
    }

    /// Where a kernel writes a parameter's gradient: into `plain`, or into memory that is copied there when it is done.
    func gradient(
        _ plain: Memory, as descriptor: MemoryDescriptor, _ body: (Memory) throws(OneDNNError) -> Void
    ) throws(OneDNNError) {
        if plain.descriptor == descriptor { return try body(plain) }
        let blocked = try Memory(descriptor)
        try body(blocked)
        try copyBackward(blocked, to: plain)
    }

    /// Declares the backward pass of a layer: `body` gets the gradient of its result and calls `contribute`.
    func differentiate(_ result: TrainingValue, _ body: @escaping (Memory) throws(OneDNNError) -> Void) {
        tape.append((result, body))
    }

    /// Adds to the gradient of `value`.
    ///
    /// - Parameter isShared: `gradient` is the gradient of another value too.
    func contribute(_ gradient: Memory, to value: TrainingValue, isShared: Bool = false) throws(OneDNNError) {
        guard value.needsGradient else { return }
        let own = try backward(gradient, as: value.descriptor)
        let isShared = isShared && own === gradient
        guard let first = value.gradient else {
            value.gradient = own
            value.gradientIsShared = isShared
            return
        }
        let sum = !isShared ? own : !value.gradientIsShared ? first : try Memory(value.descriptor)
        let add = try PrimitiveDescriptor(
            "gradient sum",
            dnnl_binary_desc_t.forward(
                dnnl_binary_add, source0: first.descriptor, source1: own.descriptor, destination: sum.descriptor))
        try runBackward(add, [(.source, first), (.source1, own), (.destination, sum)])
        value.gradient = sum
        value.gradientIsShared = false
    }

    /// Memory of the layout of `value` that its gradient may be turned into: its gradient itself, unless that is shared.
    func memoryForGradient(of value: TrainingValue, from gradient: Memory) throws(OneDNNError) -> Memory {
        value.gradientIsShared ? try Memory(value.descriptor) : gradient
    }

    // MARK: For the context

    /// Plans the way back from the gradients of the results.
    func planBackward(from results: [(value: TrainingValue, gradient: Memory)]) throws(OneDNNError) {
        for (value, gradient) in results { try contribute(gradient, to: value) }
        while let (value, body) = tape.popLast() {
            // A value that nothing reads has none.
            if let gradient = value.gradient { try body(gradient) }
        }
    }
}
