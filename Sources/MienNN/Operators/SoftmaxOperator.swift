internal import CMienOneDNN

/// `Softmax`: numbers to shares that add up to 1.
struct Softmax: Operator {
    var axis: Int

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let shape = try node.shape()
        let isOld = node.graph.operatorSet < 13
        let axis = try node.axis(try node.integer("axis", default: isOld ? 1 : -1), rank: shape.count)
        // Until set 12 it went over all dimensions from the axis on.
        guard axis > 0, !isOld || shape[(axis + 1)...].allSatisfy({ $0 == 1 }) else {
            throw node.failure("over axis \(axis) of \(shape)")
        }
        return .layer(Softmax(axis: axis), shape: shape)
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.strided(inputs[0])
        let result = program.tensor(source.descriptor)
        let descriptor = try PrimitiveDescriptor(
            name, dnnl_softmax_desc_t.forward(.inference, source.descriptor, axis: axis))
        try program.run(descriptor, reading: [(.source, source)], writing: result)
        return result
    }
}
