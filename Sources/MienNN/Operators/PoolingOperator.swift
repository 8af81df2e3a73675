internal import CMienOneDNN

/// `MaxPool`, `AveragePool`, their global forms, and `ReduceMean` over the picture.
struct Pooling: Operator {
    var algorithm: dnnl_alg_kind_t
    var kernel: [Int]
    var window: Window
    /// Whether the result is N, C without the picture's dimensions.
    var dropsPicture = false
    var operationsPerValue: Int { kernel.reduce(1, *) }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let (channels, height, width) = try node.pictureShape()
        var pooling = Pooling(algorithm: dnnl_pooling_max, kernel: [height, width], window: Window())
        switch node.node.operation {
        case "GlobalMaxPool": break
        case "GlobalAveragePool": pooling.algorithm = dnnl_pooling_avg_exclude_padding
        case "ReduceMean":
            let axes = try node.integers("axes", orInput: 1) ?? []
            guard Set(try axes.map { axis throws(ModelError) in try node.axis(axis, rank: 4) }) == [2, 3] else {
                throw node.failure("over the axes \(axes); supported is [2, 3], the mean of each picture")
            }
            pooling.algorithm = dnnl_pooling_avg_exclude_padding
            pooling.dropsPicture = try node.integer("keepdims", default: 1) == 0
        default:
            guard let kernel = try node.integers("kernel_shape", count: 2) else {
                throw node.failure("attribute 'kernel_shape' is missing", .invalid)
            }
            let (window, height, width) = try node.window(kernel: kernel, over: [height, width])
            guard window.dilations == [1, 1] else { throw node.failure("dilations \(window.dilations)") }
            guard zip(window.padsBefore, kernel).allSatisfy(<) else { throw node.failure("more padding than kernel") }
            if node.node.operation == "AveragePool" {
                let counts = try node.integer("count_include_pad", default: 0) != 0
                // Its last windows would count pixels that aren't even padding.
                let roundsUp = try node.integer("ceil_mode", default: 0) != 0
                guard !(counts && roundsUp) else { throw node.failure("count_include_pad together with ceil_mode") }
                pooling.algorithm = counts ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
            }
            (pooling.kernel, pooling.window) = (kernel, window)
            return .layer(pooling, shape: try node.checked([1, channels, height, width]))
        }
        return .layer(pooling, shape: pooling.dropsPicture ? [1, channels] : [1, channels, 1, 1])
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.picture(inputs[0])
        let result = program.tensor(
            try MemoryDescriptor(
                dropsPicture ? shape + [1, 1] : shape, layout: program.layout(channels: shape[1])))
        let descriptor = try PrimitiveDescriptor(
            name,
            dnnl_pooling_desc_t.forward(
                .inference, algorithm, source: source.descriptor, destination: result.descriptor, kernel: kernel,
                window))
        try program.run(descriptor, reading: [(.source, source)], writing: result)
        return dropsPicture ? program.view(result, as: try MemoryDescriptor(shape)) : result
    }
}
