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
        let (n, i, o) = (x.dimensions[0], x.dimensions[1], weights.dimensions[0])
        let kernel = Array(weights.dimensions[2...])
        let size = (0..<2).map { axis in
            let reach = (kernel[axis] - 1) * window.dilations[axis] + 1
            let padded = x.dimensions[2 + axis] + window.padsBefore[axis] + window.padsAfter[axis]
            return (padded - reach) / window.strides[axis] + 1
        }
        // What the kernels see: perhaps more channels than there are.
        let isPadded = Self.padsChannels(i, o, groups: groups)
        let inputs = isPadded ? MemoryDescriptor.paddedChannels(i) : i
        let outputs = isPadded ? MemoryDescriptor.paddedChannels(o) : o
        let shape = groups == 1 ? [outputs, inputs] + kernel : [groups, o / groups, i / groups] + kernel
        let w = try parameters.tensor(weights, as: groups == 1 ? [o, i] + kernel : shape)
        let b = try bias.map { slot throws(OneDNNError) in try parameters.tensor(slot) }
        let wideBias = try b.map { b throws(OneDNNError) in
            isPadded ? try Memory(MemoryDescriptor([outputs])) : b.value
        }
        // A picture of one channel is read as it is; anything else as the kernel wants it.
        let blocked = Layout.tag(dnnl_aBcd16b)
        let source =
            isPadded
            ? try MemoryDescriptor([n, inputs] + x.dimensions[2...], type, layout: blocked)
            : i == 1 ? x.descriptor : try any(x.dimensions)
        let destination = try MemoryDescriptor([n, outputs] + size, type, layout: isPadded ? blocked : .any)

        func wide(_ memory: Memory) throws(OneDNNError) -> Memory {
            isPadded ? try Memory(memory.descriptor.widened, sharing: memory) : memory
        }
        func narrow(_ descriptor: MemoryDescriptor, _ first: Int, _ second: Int) -> MemoryDescriptor {
            isPadded ? descriptor.narrowed(first, second) : descriptor
        }
        func kernelWeights(_ descriptor: MemoryDescriptor) throws(OneDNNError) -> Memory {
            try wide(loaded(w.value, as: narrow(descriptor, o, i)))
        }

        let forward = try PrimitiveDescriptor(
            name,
            dnnl_convolution_desc_t.forward(
                .training, source: source, weights: any(shape), bias: wideBias?.descriptor ?? .none,
                destination: destination, window),
            isRectified ? Attributes([.relu]) : nil)
        let y = TrainingValue(try Memory(narrow(forward.destination, n, o)), needsGradient: true)
        let xForward = try self.forward(x.memory, as: narrow(forward.source, n, i))
        if let b, let wideBias, isPadded {
            loading.append(try Step(reorder: b.value, to: Memory(b.value.descriptor, sharing: wideBias)))
        }
        try runForward(
            forward,
            [
                (.source, wide(xForward)), (.weights, kernelWeights(forward.weights)),
                (.destination, wide(y.memory)),
            ] + (wideBias.map { [(.bias, $0)] } ?? []))

        differentiate(y) { [self] dyAfter throws(OneDNNError) in
            let dy = isRectified ? try rectifierGradient(name, y, dyAfter) : dyAfter

            let byWeights = try PrimitiveDescriptor(
                name,
                dnnl_convolution_desc_t.backwardWeights(
                    source: source, weights: any(shape, .float32), bias: wideBias?.descriptor ?? .none,
                    destination: destination, window),
                forward: forward)
            if bias == nil, !x.needsGradient,
                let own = PlainPictureGradient(
                    weights.dimensions, window, source: xForward, result: dy, oneDNN: byWeights)
            {
                runBackward { _ in own.run(w.gradient) }
                return
            }
            let xBackward = try wide(backward(xForward, as: narrow(byWeights.source, n, i)))
            let dyWeights = try wide(backward(dy, as: narrow(byWeights.destinationGradient, n, o)))
            let db = try b.map { b throws(OneDNNError) in
                isPadded ? try Memory(MemoryDescriptor([outputs])) : b.gradient
            }
            try gradient(w.gradient, as: narrow(byWeights.weightsGradient, o, i)) { dw throws(OneDNNError) in
                try runBackward(
                    byWeights,
                    [(.source, xBackward), (.destinationGradient, dyWeights), (.weightsGradient, wide(dw))]
                        + (db.map { [(.biasGradient, $0)] } ?? []))
            }
            if let b, let db, isPadded {
                try copyBackward(Memory(b.gradient.descriptor, sharing: db), to: b.gradient)
            }

            guard x.needsGradient else { return }
            let byData = try PrimitiveDescriptor(
                name,
                dnnl_convolution_desc_t.backwardData(
                    source: source, weights: any(shape), destination: destination, window), forward: forward)
            let dx = try Memory(narrow(byData.sourceGradient, n, i))
            try runBackward(
                byData,
                [
                    (.destinationGradient, wide(backward(dy, as: narrow(byData.destinationGradient, n, o)))),
                    (.weights, kernelWeights(byData.weights)), (.sourceGradient, wide(dx)),
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
