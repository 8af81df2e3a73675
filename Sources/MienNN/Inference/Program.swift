/// Kernels to run one after the other, with a plan of the memory between them. Never changes, and so serves any number
/// of contexts; each binds it to memory of its own.
struct Program {
    struct Instruction {
        let primitive: Primitive
        /// Weights and the like, which all contexts share.
        let constants: [(Role, Memory)]
        /// By number.
        let tensors: [(Role, Int)]
    }

    let instructions: [Instruction]
    /// How each lies, and at which byte of a context's memory.
    let tensors: [(descriptor: MemoryDescriptor, offset: Int)]
    let byteCount: Int
    /// For the kernel that needs most.
    let scratchByteCount: Int
}

/// A program bound to memory: what one worker runs.
final class BoundProgram {
    private let steps: [Step]
    private let tensors: [Memory]

    init(_ program: Program) throws(OneDNNError) {
        let buffer = Buffer(byteCount: program.byteCount)
        let scratchpad = Buffer(byteCount: program.scratchByteCount)
        tensors = try program.tensors.map { tensor throws(OneDNNError) in
            try Memory(tensor.descriptor, in: buffer, offset: tensor.offset)
        }
        let tensors = tensors
        steps = try program.instructions.map { instruction throws(OneDNNError) in
            try Step(
                instruction.primitive, instruction.constants + instruction.tensors.map { ($0, tensors[$1]) },
                scratchpad: scratchpad)
        }
    }

    subscript(operand: Operand) -> Memory { tensors[operand.index] }

    func run(on stream: Stream) throws(OneDNNError) {
        for step in steps { try step.run(on: stream) }
    }
}
