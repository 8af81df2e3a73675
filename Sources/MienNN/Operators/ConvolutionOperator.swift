internal import CMienOneDNN

/// `Conv`: pictures with a kernel moved over them, in groups or not.
struct Convolution: Weighted, Accumulating {
    /// O, I / groups, H, W.
    var weights: Tensor
    /// One for each channel of the result.
    var bias: [Float]
    var window: Window
    var groups: Int
    var functions: [Activation.Function] = []
    var accumulates = false

    var operationsPerValue: Int { weights.shape[1...].reduce(1, *) }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let (channels, height, width) = try node.pictureShape()
        let weights = try node.weights(1)
        let groups = try node.integer("group", default: 1)
        let shape = weights.shape
        guard shape.count == 4, groups > 0, shape[0] > 0, shape[0] % groups == 0,
            shape[1].multipliedReportingOverflow(by: groups) == (channels, false)
        else {
            throw node.failure(
                "weights of the shape \(shape) in \(groups) groups don't fit an input of \(channels) channels", .invalid
            )
        }
        if let kernel = try node.integers("kernel_shape"), kernel != Array(shape[2...]) {
            throw node.failure("attribute 'kernel_shape' is \(kernel), and the weights have \(shape[2...])", .invalid)
        }
        let bias = node.has(2) ? try node.channels(2, count: shape[0]) : Array(repeating: 0, count: shape[0])
        let window = try node.window(kernel: Array(shape[2...]), over: [height, width])
        return .layer(
            Convolution(weights: weights, bias: bias, window: window.window, groups: groups),
            shape: try node.checked([1, shape[0], window.height, window.width]))
    }

    /// Whether it has a kernel for pictures in blocks of channels, or is the first, which takes them in any order.
    var takesBlocks: Bool {
        let block = MemoryDescriptor.channelBlock
        return groups == 1 && bias.count.isMultiple(of: block)
            && (weights.shape[1].isMultiple(of: block) || weights.shape[1] <= 3)
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.picture(inputs[0])
        let destination =
            accumulates
            ? try program.picture(inputs[1])
            : program.tensor(try MemoryDescriptor(shape, layout: program.layout(channels: shape[1])))
        let sizes = weights.shape
        let dimensions = groups == 1 ? sizes : [groups, sizes[0] / groups] + sizes[1...]
        let attributes = try Attributes(postOperations)
        func kernel(_ algorithm: dnnl_alg_kind_t) throws(OneDNNError) -> PrimitiveDescriptor {
            try PrimitiveDescriptor(
                name,
                dnnl_convolution_desc_t.forward(
                    .inference, algorithm: algorithm, source: source.descriptor,
                    weights: MemoryDescriptor(dimensions, layout: .any), bias: MemoryDescriptor([bias.count]),
                    destination: destination.descriptor, window),
                attributes, preferring: preferredKernel(shape))
        }
        let transformed = isWide(shape) ? try? kernel(dnnl_convolution_winograd) : nil
        let descriptor = if let transformed { transformed } else { try kernel(dnnl_convolution_auto) }
        try program.run(
            descriptor, reading: [(.source, source)], writing: destination,
            constants: [
                (.weights, try program.weights(dimensions, weights.values, as: descriptor.weights)),
                (.bias, try program.constant([bias.count], bias, as: descriptor.bias)),
            ])
        return destination
    }

    /// oneDNN offers its newest kernel first, and for us that isn't always the fastest. Measured on Zen 4, one thread:
    /// where there is a kernel with Winograd's transform (Lavin, Gray: Fast Algorithms for Convolutional Neural Networks,
    /// 2016) it takes 0.65 to 0.81 of the time of the others in our network (models/EXPERIMENTS.md);
    /// depthwise, `jit_dw` takes two thirds of the time of `brdgmm_dw`; the plain `jit` is 5 to 25 % faster than
    /// `brgconv` on few channels and level on many, but slower on results of 3 pixels' width; 1x1 makes no difference.
    private func preferredKernel(_ shape: [Int]) -> String? {
        let sizes = weights.shape
        if groups > 1, sizes[0] == groups, sizes[1] == 1 { return "jit_dw:" }
        return sizes[2] * sizes[3] > 1 && isWide(shape) ? "jit:avx512_core" : nil
    }

    /// Whether a result's rows are long enough for kernels that work along them.
    private func isWide(_ shape: [Int]) -> Bool { shape[3] > 4 }
}
