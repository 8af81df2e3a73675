internal import CMienOneDNN

/// Functions of single numbers: `Relu`, `Sigmoid`, `Clip` and their like.
struct Activation: Operator {
    var functions: [Function]

    struct Function: Equatable, Sendable {
        var algorithm: dnnl_alg_kind_t
        var alpha: Float = 0
        var beta: Float = 0

        var postOperation: Attributes.PostOperation { .eltwise(algorithm, alpha: alpha, beta: beta) }

        static func linear(scale: Float, shift: Float) -> Function {
            Function(algorithm: dnnl_eltwise_linear, alpha: scale, beta: shift)
        }
    }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let functions: [Function] =
            switch node.node.operation {
            case "Relu": [Function(algorithm: dnnl_eltwise_relu)]
            case "LeakyRelu": [Function(algorithm: dnnl_eltwise_relu, alpha: try node.float("alpha", default: 0.01))]
            case "Elu": [Function(algorithm: dnnl_eltwise_elu, alpha: try node.float("alpha", default: 1))]
            case "Sigmoid": [Function(algorithm: dnnl_eltwise_logistic)]
            case "Tanh": [Function(algorithm: dnnl_eltwise_tanh)]
            case "HardSwish": [Function(algorithm: dnnl_eltwise_hardswish)]
            case "HardSigmoid":
                [
                    .linear(
                        scale: try node.float("alpha", default: 0.2), shift: try node.float("beta", default: 0.5)),
                    Function(algorithm: dnnl_eltwise_clip, alpha: 0, beta: 1),
                ]
            case "Clip":
                [
                    Function(
                        algorithm: dnnl_eltwise_clip,
                        alpha: try node.bound("min", 1) ?? -.greatestFiniteMagnitude,
                        beta: try node.bound("max", 2) ?? .greatestFiniteMagnitude)
                ]
            default: throw node.failure("is no known function")
            }
        return .layer(Activation(functions: functions), shape: try node.shape())
    }

    func followed(by functions: [Function]) -> (any Operator)? { Activation(functions: self.functions + functions) }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        var source = inputs[0]
        let result = program.tensor(source.descriptor)
        for function in functions {
            let descriptor = try PrimitiveDescriptor(
                name,
                dnnl_eltwise_desc_t.forward(
                    .inference, function.algorithm, source.descriptor, alpha: function.alpha, beta: function.beta))
            try program.run(descriptor, reading: [(.source, source)], writing: result)
            source = result
        }
        return result
    }
}

extension [Activation.Function] {
    /// These and then others, within one kernel; nil if that can't be.
    func fused(with others: [Activation.Function]) -> [Activation.Function]? {
        var chain = self
        for function in others {
            if let last = chain.last, last.algorithm == dnnl_eltwise_linear, function.algorithm == dnnl_eltwise_linear {
                chain[chain.count - 1] = .linear(
                    scale: last.alpha * function.alpha, shift: last.beta * function.alpha + function.beta)
            } else if chain.contains(where: { $0.algorithm == function.algorithm }) {
                // oneDNN 2.6 gives both the parameters of one.
                return nil
            } else {
                chain.append(function)
            }
        }
        return chain
    }
}

extension CheckedNode {
    /// One end of `Clip`: an attribute, or since operator set 11 an input.
    fileprivate func bound(_ name: String, _ index: Int) throws(ModelError) -> Float? {
        if node.attributes[name] != nil { return try float(name, default: 0) }
        return has(index) ? try weights(index).values.first : nil
    }
}
