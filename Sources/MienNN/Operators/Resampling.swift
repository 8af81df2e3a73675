internal import CMienOneDNN

/// `Resize` of pictures: nearest by whole factors, where each pixel becomes a rectangle of pixels, and linear.
struct Resampling: Accumulating {
    var algorithm: dnnl_alg_kind_t
    var functions: [Activation.Function] = []
    var accumulates = false

    var operationsPerValue: Int { algorithm == dnnl_resampling_nearest ? 1 : 4 }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let (channels, height, width) = try node.pictureShape()
        let result = try node.checked(try node.resized([1, channels, height, width]))
        guard result[1] == channels else { throw node.failure("of the channels, \(channels) to \(result[1])") }
        if result == [1, channels, height, width] { return .identity }
        let mode = try node.string("mode", default: "nearest")
        // Of operator set 10 there was one way to find the pixels of the result in the picture.
        let isOld = node.graph.operatorSet < 11
        let transformation = try node.string(
            "coordinate_transformation_mode", default: isOld ? "asymmetric" : "half_pixel")
        switch mode {
        case "nearest":
            let rounding = try node.string("nearest_mode", default: isOld ? "floor" : "round_prefer_floor")
            // All of these mean the same where a pixel becomes a whole number of pixels.
            let known = [
                "asymmetric": ["floor"], "tf_half_pixel_for_nn": ["floor"],
                "half_pixel": ["round_prefer_floor", "round_prefer_ceil"],
                "pytorch_half_pixel": ["round_prefer_floor", "round_prefer_ceil"],
            ]
            guard known[transformation]?.contains(rounding) == true else {
                throw node.failure("nearest by '\(transformation)' and '\(rounding)'")
            }
            guard result[2] % height == 0, result[3] % width == 0 else {
                throw node.failure(
                    "nearest by other than whole factors, \(height)x\(width) to \(result[2])x\(result[3])")
            }
            return .layer(Resampling(algorithm: dnnl_resampling_nearest), shape: result)
        case "linear":
            let isHalfPixel =
                transformation == "half_pixel"
                || transformation == "pytorch_half_pixel" && result[2] > 1 && result[3] > 1
            guard isHalfPixel, try node.integer("antialias", default: 0) == 0 else {
                throw node.failure("linear by '\(transformation)' or with antialiasing; supported is 'half_pixel'")
            }
            return .layer(Resampling(algorithm: dnnl_resampling_linear), shape: result)
        default: throw node.failure("mode '\(mode)'; supported are 'nearest' and 'linear'")
        }
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.picture(inputs[0])
        let result =
            accumulates
            ? try program.picture(inputs[1])
            : program.tensor(try MemoryDescriptor(shape, layout: program.layout(channels: shape[1])))
        let descriptor = try PrimitiveDescriptor(
            name,
            dnnl_resampling_desc_t.forward(
                .inference, algorithm, source: source.descriptor, destination: result.descriptor),
            Attributes(postOperations))
        try program.run(descriptor, reading: [(.source, source)], writing: result)
        return result
    }
}

extension CheckedNode {
    /// The shape of the result: as the constant `sizes` says, or by the constant factors `scales`.
    fileprivate func resized(_ shape: [Int]) throws(ModelError) -> [Int] {
        guard node.attributes["axes"] == nil, try string("keep_aspect_ratio_policy", default: "stretch") == "stretch"
        else { throw failure("attribute 'axes' or 'keep_aspect_ratio_policy'") }
        let isOld = graph.operatorSet < 11
        if !isOld, has(3) {
            guard let sizes = knownIntegers(3) else { throw failure("'\(node.inputs[3])' must be a constant") }
            guard sizes.count == shape.count else { throw failure("to \(sizes) from \(shape)", .invalid) }
            // The batch may be given as the size that the model was exported with.
            return [1] + sizes[1...]
        }
        let scales = try weights(isOld ? 1 : 2).values
        guard scales.count == shape.count, scales[0] == 1 else { throw failure("by \(scales) of \(shape)", .invalid) }
        return try zip(shape, scales).map { size, scale throws(ModelError) in
            guard let result = Int(exactly: Float(size) * scale) else {
                throw failure("by \(scale) of \(size) pixels, which gives no whole number")
            }
            return result
        }
    }
}
