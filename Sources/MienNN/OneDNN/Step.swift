internal import CMienOneDNN

/// The part that a tensor plays in a primitive.
struct Role {
    let raw: Int32

    static var source: Role { Role(raw: DNNL_ARG_SRC) }
    /// The second operand of a binary primitive.
    static var source1: Role { Role(raw: DNNL_ARG_SRC_1) }
    static var destination: Role { Role(raw: DNNL_ARG_DST) }
    static var weights: Role { Role(raw: DNNL_ARG_WEIGHTS) }
    static var bias: Role { Role(raw: DNNL_ARG_BIAS) }
    static var mean: Role { Role(raw: DNNL_ARG_MEAN) }
    static var variance: Role { Role(raw: DNNL_ARG_VARIANCE) }
    static var scale: Role { Role(raw: DNNL_ARG_SCALE) }
    static var shift: Role { Role(raw: DNNL_ARG_SHIFT) }
    static var workspace: Role { Role(raw: DNNL_ARG_WORKSPACE) }
    static var scratchpad: Role { Role(raw: DNNL_ARG_SCRATCHPAD) }
    static var sourceGradient: Role { Role(raw: DNNL_ARG_DIFF_SRC) }
    static var destinationGradient: Role { Role(raw: DNNL_ARG_DIFF_DST) }
    static var weightsGradient: Role { Role(raw: DNNL_ARG_DIFF_WEIGHTS) }
    static var biasGradient: Role { Role(raw: DNNL_ARG_DIFF_BIAS) }
    static var scaleGradient: Role { Role(raw: DNNL_ARG_DIFF_SCALE) }
    static var shiftGradient: Role { Role(raw: DNNL_ARG_DIFF_SHIFT) }
    /// The operand of the post-operation `index` of the primitive's attributes.
    static func postOperation(_ index: Int) -> Role {
        // DNNL_ARG_ATTR_MULTIPLE_POST_OP(index), a macro that the importer can't see
        Role(raw: DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * Int32(index + 1) | DNNL_ARG_SRC_1)
    }
}

/// A primitive bound to the tensors it works on: runs as often as wanted, without new memory.
final class Step {
    let primitive: Primitive
    private let arguments: [dnnl_exec_arg_t]
    /// Held, since oneDNN does not.
    private let tensors: [Memory]

    /// - Parameter scratchpad: shared between steps that never run at the same time; nil: the step gets its own,
    ///   where it needs one.
    init(
        _ primitive: Primitive, _ tensors: [(Role, Memory)], scratchpad: Buffer? = nil
    ) throws(OneDNNError) {
        var tensors = tensors
        let scratch = primitive.descriptor.scratchpad
        if scratch.byteCount > 0 {
            let buffer = scratchpad ?? Buffer(byteCount: scratch.byteCount)
            tensors.append((.scratchpad, try Memory(scratch, in: buffer)))
        }
        self.primitive = primitive
        self.tensors = tensors.map(\.1)
        arguments = tensors.map { dnnl_exec_arg_t(arg: $0.raw, memory: $1.handle) }
    }

    /// A copy of `source` in the layout and type of `destination`.
    convenience init(reorder source: Memory, to destination: Memory) throws(OneDNNError) {
        let descriptor = try PrimitiveDescriptor(reorder: source.descriptor, to: destination.descriptor)
        try self.init(Primitive(descriptor), [(.source, source), (.destination, destination)])
    }

    func run(on stream: Stream) throws(OneDNNError) {
        let status = arguments.withUnsafeBufferPointer {
            dnnl_primitive_execute(primitive.handle, stream.handle, Int32($0.count), $0.baseAddress)
        }
        try check(status, "\(primitive.descriptor.name): dnnl_primitive_execute")
    }
}
