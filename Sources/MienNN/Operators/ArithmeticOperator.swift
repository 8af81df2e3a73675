internal import CMienOneDNN

/// `Add`, `Sub`, `Mul`, `Div` of two tensors, of which the second may be repeated along dimensions of 1, or be constant.
struct Arithmetic: Fusing {
    var algorithm: dnnl_alg_kind_t
    /// The second operand, if it's constant.
    var constant: Tensor?
    var functions: [Activation.Function] = []

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let names = ["Add": dnnl_binary_add, "Sub": dnnl_binary_sub, "Mul": dnnl_binary_mul, "Div": dnnl_binary_div]
        guard let algorithm = names[node.node.operation] else { throw node.failure("is no known arithmetic") }
        let isCommutative = algorithm == dnnl_binary_add || algorithm == dnnl_binary_mul
        guard let constantIndex = (0...1).first(where: { node.constant($0) != nil }) else {
            let (a, b) = (try node.shape(0), try node.shape(1))
            // Of the same rank: else the first dimensions would not both be the batch's.
            guard a.count == b.count else { throw node.failure("of the shapes \(a) and \(b)") }
            if b.fits(into: a) { return .layer(Arithmetic(algorithm: algorithm), inputs: [0, 1], shape: a) }
            if a.fits(into: b), isCommutative {
                return .layer(Arithmetic(algorithm: algorithm), inputs: [1, 0], shape: b)
            }
            throw node.failure("of the shapes \(a) and \(b)")
        }
        let shape = try node.shape(1 - constantIndex)
        let constant = try node.weights(constantIndex)
        guard constantIndex == 1 || isCommutative else { throw node.failure("of a constant by a tensor") }
        guard constant.shape.fits(into: shape), constant.shape.count < shape.count || constant.shape.first == 1 else {
            throw node.failure("a constant of the shape \(constant.shape) and a tensor of \(shape)")
        }
        return .layer(
            simplified(algorithm, constant, shape), inputs: [1 - constantIndex], shape: shape)
    }

    /// Arithmetic with one number is a function; with a number for each channel, a normalisation. Both can become part of
    /// the layer before.
    private static func simplified(
        _ algorithm: dnnl_alg_kind_t, _ constant: Tensor, _ shape: [Int]
    ) -> any Operator {
        func scaleAndShift(_ value: Float) -> (Float, Float) {
            switch algorithm {
            case dnnl_binary_add: (1, value)
            case dnnl_binary_sub: (1, -value)
            case dnnl_binary_mul: (value, 0)
            default: (1 / value, 0)
            }
        }
        if constant.values.count == 1 {
            let (scale, shift) = scaleAndShift(constant.values[0])
            return Activation(functions: [.linear(scale: scale, shift: shift)])
        }
        let aligned = Array(repeating: 1, count: shape.count - constant.shape.count) + constant.shape
        if shape.count > 1, aligned[1] == shape[1], aligned[1] == constant.values.count {
            let factors = constant.values.map(scaleAndShift)
            return Normalisation(scale: factors.map(\.0), shift: factors.map(\.1))
        }
        return Arithmetic(algorithm: algorithm, constant: Tensor(shape: aligned, values: constant.values))
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        // Blocks go with blocks of as many channels.
        let staysBlocked = constant == nil && shape.count == 4 && inputs[1].shape[1] == shape[1]
        let first = try staysBlocked ? inputs[0] : program.strided(inputs[0])
        let result = program.tensor(first.descriptor)
        let attributes = try Attributes(functions.map(\.postOperation))
        func descriptor(_ second: MemoryDescriptor) throws(OneDNNError) -> PrimitiveDescriptor {
            try PrimitiveDescriptor(
                name,
                dnnl_binary_desc_t.forward(
                    algorithm, source0: first.descriptor, source1: second, destination: result.descriptor),
                attributes)
        }
        if let constant {
            let plain = try MemoryDescriptor(constant.shape)
            try program.run(
                try descriptor(plain), reading: [(.source, first)], writing: result,
                constants: [(.source1, try program.constant(constant.shape, constant.values, as: plain))])
        } else {
            let second = try program.aligned(inputs[1], with: first)
            try program.run(
                try descriptor(second.descriptor), reading: [(.source, first), (.source1, second)], writing: result)
        }
        return result
    }
}

extension [Int] {
    /// Whether a tensor of this shape can be repeated to have the shape of `other`.
    fileprivate func fits(into other: [Int]) -> Bool {
        count <= other.count && zip(reversed(), other.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
    }
}
