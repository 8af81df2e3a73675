internal import CMienOneDNN

extension TrainingPlan {
    /// y = w * x + b, with x: N, I, H, W; w: O, I/groups, h, w; b: O; y: N, O, H', W'.
    ///
    /// Backward: dx = dy * w turned round; dw = x * dy, summed over the micro-batch; db = dy summed over all but O.
    ///
    /// - Parameter isRectified: y = max(0, w * x + b), while the sum is still in a register.
    func convolution(
        _ name: String, _ x: TrainingValue, weights: ParameterLayout.Slot, bias: ParameterLayout.Slot?, groups: Int,
        _ window: Window, isRectified: Bool
    ) throws(OneDNNError) -> TrainingValue {
        let (o, i, kernel) = (weights.dimensions[0], weights.dimensions[1], Array(weights.dimensions[2...]))
        let grouped = groups == 1 ? weights.dimensions : [groups, o / groups, i] + kernel
        let w = try parameters.tensor(weights, as: grouped)
        let b = if let bias { try parameters.tensor(bias) } else { nil as (value: Memory, gradient: Memory)? }
        let biasDescriptor = b?.value.descriptor ?? .none
        let size = (0..<2).map { axis in
            let reach = (kernel[axis] - 1) * window.dilations[axis] + 1
            let padded = x.dimensions[2 + axis] + window.padsBefore[axis] + window.padsAfter[axis]
            return (padded - reach) / window.strides[axis] + 1
        }
        // A picture of one channel is read as it is; anything else as the kernel wants it.
        let source = x.dimensions[1] == 1 ? x.descriptor : try any(x.dimensions)
        let destination = try any([x.dimensions[0], o] + size)
        let forward = try PrimitiveDescriptor(
            name,
            dnnl_convolution_desc_t.forward(
                .training, source: source, weights: any(grouped), bias: biasDescriptor, destination: destination, window
            ),
            isRectified ? Attributes([.relu]) : nil)
        let y = TrainingValue(try Memory(forward.destination), needsGradient: true)
        let xForward = try self.forward(x.memory, as: forward.source)
        try runForward(
            forward,
            [
                (.source, xForward), (.weights, loaded(w.value, as: forward.weights)), (.destination, y.memory),
            ] + (b.map { [(.bias, $0.value)] } ?? []))

        differentiate(y) { [self] dyAfter throws(OneDNNError) in
            let dy = isRectified ? try rectifierGradient(name, y, dyAfter) : dyAfter

            let byWeights = try PrimitiveDescriptor(
                name,
                dnnl_convolution_desc_t.backwardWeights(
                    source: source, weights: any(grouped, .float32), bias: biasDescriptor, destination: destination,
                    window),
                forward: forward)
            let xBackward = try backward(xForward, as: byWeights.source)
            let dyWeights = try backward(dy, as: byWeights.destinationGradient)
            try gradient(w.gradient, as: byWeights.weightsGradient) { dw throws(OneDNNError) in
                try runBackward(
                    byWeights,
                    [(.source, xBackward), (.destinationGradient, dyWeights), (.weightsGradient, dw)]
                        + (b.map { [(.biasGradient, $0.gradient)] } ?? []))
            }

            guard x.needsGradient else { return }
            let byData = try PrimitiveDescriptor(
                name,
                dnnl_convolution_desc_t.backwardData(
                    source: source, weights: any(grouped), destination: destination, window), forward: forward)
            let dx = try Memory(byData.sourceGradient)
            try runBackward(
                byData,
                [
                    (.destinationGradient, backward(dy, as: byData.destinationGradient)),
                    (.weights, loaded(w.value, as: byData.weights)), (.sourceGradient, dx),
                ])
            try contribute(dx, to: x)
        }
        return y
    }
}

extension dnnl_convolution_desc_t {
    fileprivate static func backwardData(
        source: MemoryDescriptor, weights: MemoryDescriptor, destination: MemoryDescriptor, _ window: Window
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, w, d) = (source.raw, weights.raw, destination.raw)
        try check(
            dnnl_dilated_convolution_backward_data_desc_init(
                &result, dnnl_convolution_direct, &s, &w, &d,
                window.rawStrides, window.rawDilations, window.rawPadsBefore, window.rawPadsAfter),
            "dnnl_dilated_convolution_backward_data_desc_init")
        return result
    }

    fileprivate static func backwardWeights(
        source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor, destination: MemoryDescriptor,
        _ window: Window
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, w, b, d) = (source.raw, weights.raw, bias.raw, destination.raw)
        try check(
            dnnl_dilated_convolution_backward_weights_desc_init(
                &result, dnnl_convolution_direct, &s, &w, &b, &d,
                window.rawStrides, window.rawDilations, window.rawPadsBefore, window.rawPadsAfter),
            "dnnl_dilated_convolution_backward_weights_desc_init")
        return result
    }
}
