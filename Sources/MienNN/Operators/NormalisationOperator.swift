internal import CMienOneDNN

/// `BatchNormalization` of a trained network, and whatever else multiplies and adds a number for each channel. Becomes
/// part of the layer before where that can take it.
struct Normalisation: Fusing {
    var scale: [Float]
    var shift: [Float]
    var functions: [Activation.Function] = []

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let shape = try node.shape()
        guard shape.count >= 2 else { throw node.failure("works on channels, and its input has the shape \(shape)") }
        guard try node.integer("training_mode", default: 0) == 0 else {
            throw node.failure("is in training mode; export the model for inference")
        }
        let count = shape[1]
        let (gamma, beta) = (try node.channels(1, count: count), try node.channels(2, count: count))
        let (mean, variance) = (try node.channels(3, count: count), try node.channels(4, count: count))
        let epsilon = try node.float("epsilon", default: 1e-5)
        let scale = (0..<count).map { gamma[$0] / (variance[$0] + epsilon).squareRoot() }
        let shift = (0..<count).map { beta[$0] - mean[$0] * scale[$0] }
        return .layer(Normalisation(scale: scale, shift: shift), shape: shape)
    }

    func scaled(by scale: [Float], shift: [Float]) -> (any Operator)? {
        guard functions.isEmpty else { return nil }
        return Normalisation(
            scale: zip(self.scale, scale).map(*),
            shift: self.shift.indices.map { self.shift[$0] * scale[$0] + shift[$0] })
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.strided(inputs[0])
        let result = program.tensor(source.descriptor)
        var dimensions = shape.map { _ in 1 }
        dimensions[1] = scale.count
        let channels = try MemoryDescriptor(dimensions)
        let descriptor = try PrimitiveDescriptor(
            name,
            dnnl_binary_desc_t.forward(
                dnnl_binary_mul, source0: source.descriptor, source1: channels, destination: result.descriptor),
            Attributes([.binary(dnnl_binary_add, channels)] + functions.map(\.postOperation)))
        try program.run(
            descriptor, reading: [(.source, source)], writing: result,
            constants: [
                (.source1, try program.constant(dimensions, scale, as: channels)),
                (.postOperation(0), try program.constant(dimensions, shift, as: channels)),
            ])
        return result
    }
}
