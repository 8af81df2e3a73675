internal import CMienOneDNN

/// `Gemm` and `MatMul` by a constant: each result is a weighted sum of all inputs.
struct Dense: Weighted {
    /// Results, inputs: row-major. Inputs that come as pictures are in the order C, H, W.
    var weights: Tensor
    var bias: [Float]
    var functions: [Activation.Function] = []

    var operationsPerValue: Int { weights.shape[1] }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let input = try node.shape()
        let tensor = try node.weights(1)
        guard try node.integer("transA", default: 0) == 0 else { throw node.failure("transA") }
        let isTransposed = try node.integer("transB", default: 0) != 0
        guard tensor.shape.count == 2, input.count == 2, tensor.shape[isTransposed ? 1 : 0] == input[1] else {
            throw node.failure("weights of the shape \(tensor.shape) don't fit an input of \(input)", .invalid)
        }
        let count = tensor.shape[isTransposed ? 0 : 1]
        let alpha = try node.float("alpha", default: 1)
        let beta = try node.float("beta", default: 1)
        var weights = isTransposed ? tensor : tensor.transposed()
        if alpha != 1 { weights.values = weights.values.map { $0 * alpha } }
        var bias = [Float](repeating: 0, count: count)
        if node.has(2) {
            let term = try node.weights(2)
            guard term.values.count == count || term.values.count == 1, term.shape.last ?? 1 == term.values.count else {
                throw node.failure("bias of the shape \(term.shape) for \(count) results", .invalid)
            }
            bias = bias.indices.map { beta * term.values[term.values.count == 1 ? 0 : $0] }
        }
        return .layer(Dense(weights: weights, bias: bias), shape: try node.checked([1, count]))
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        // A picture comes in as it lies in memory, and the weights are brought into that order, once.
        let picture = try program.plainOrChannelsLast(inputs[0])
        let source = program.view(picture, as: try MemoryDescriptor([shape[0], weights.shape[1]]))
        let order = try MemoryDescriptor(
            [bias.count] + picture.shape[1...], layout: picture.isPlain ? .plain : .channelsLast)
        let destination = program.tensor(try MemoryDescriptor(shape))
        let descriptor = try PrimitiveDescriptor(
            name,
            dnnl_inner_product_desc_t.forward(
                .inference, source: source.descriptor, weights: MemoryDescriptor(weights.shape, layout: .any),
                bias: MemoryDescriptor([bias.count]), destination: destination.descriptor),
            Attributes(functions.map(\.postOperation)))
        let ordered = try program.constant(order.dimensions, weights.values, as: order)
        let flat = try Memory(MemoryDescriptor(weights.shape), sharing: ordered)
        try program.run(
            descriptor, reading: [(.source, source)], writing: destination,
            constants: [
                (.weights, try program.constant(flat, as: descriptor.weights)),
                (.bias, try program.constant([bias.count], bias, as: descriptor.bias)),
            ])
        return destination
    }
}

extension Tensor {
    /// Of a matrix.
    fileprivate func transposed() -> Tensor {
        let (rows, columns) = (shape[0], shape[1])
        let swapped = [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
            for column in 0..<columns {
                for row in 0..<rows { buffer[column * rows + row] = values[row * columns + column] }
            }
            count = values.count
        }
        return Tensor(shape: [columns, rows], values: swapped)
    }
}
