internal import CMienOneDNN

extension TrainingPlan {
    /// y = x w' + b, with x: N, I; w: O, I (or I, O if `isTransposed`); b: O; y: N, O.
    ///
    /// Backward: dx = dy w; dw = dy' x; db = dy summed over N.
    ///
    /// - Parameter resultType: the last layer's is float32, whatever the network computes in.
    func dense(
        _ name: String, _ x: TrainingValue, weights: ParameterLayout.Slot, bias: ParameterLayout.Slot?,
        isTransposed: Bool, resultType: ElementType, isRectified: Bool
    ) throws(OneDNNError) -> TrainingValue {
        let shape = isTransposed ? weights.dimensions.reversed() : weights.dimensions
        let w = try parameters.tensor(weights, as: shape, layout: isTransposed ? .tag(dnnl_ba) : .plain)
        let b = if let bias { try parameters.tensor(bias) } else { nil as (value: Memory, gradient: Memory)? }
        let biasDescriptor = b?.value.descriptor ?? .none
        let destination = try MemoryDescriptor([x.dimensions[0], shape[0]], resultType)
        let forward = try PrimitiveDescriptor(
            name,
            dnnl_inner_product_desc_t.forward(
                .training, source: x.descriptor, weights: any(shape), bias: biasDescriptor, destination: destination),
            isRectified ? Attributes([.relu]) : nil)
        let y = TrainingValue(try Memory(destination), needsGradient: true)
        try runForward(
            forward,
            [(.source, x.memory), (.weights, loaded(w.value, as: forward.weights)), (.destination, y.memory)]
                + (b.map { [(.bias, $0.value)] } ?? []))

        differentiate(y) { [self] dyAfter throws(OneDNNError) in
            let dyRectified = isRectified ? try rectifierGradient(name, y, dyAfter) : dyAfter
            // Kernels of mixed types are slow or missing: back from here, all is of the network's type.
            let dy = try backward(dyRectified, as: MemoryDescriptor(destination.dimensions, type))

            var byWeightsOperation = dnnl_inner_product_desc_t()
            var (xRaw, dwRaw, dbRaw, dyRaw) = (
                x.descriptor.raw, w.value.descriptor.raw, biasDescriptor.raw, dy.descriptor.raw
            )
            try check(
                dnnl_inner_product_backward_weights_desc_init(&byWeightsOperation, &xRaw, &dwRaw, &dbRaw, &dyRaw),
                "dnnl_inner_product_backward_weights_desc_init")
            let byWeights = try PrimitiveDescriptor(name, byWeightsOperation, forward: forward)
            try gradient(w.gradient, as: byWeights.weightsGradient) { dw throws(OneDNNError) in
                try runBackward(
                    byWeights,
                    [(.source, x.memory), (.destinationGradient, dy), (.weightsGradient, dw)]
                        + (b.map { [(.biasGradient, $0.gradient)] } ?? []))
            }

            guard x.needsGradient else { return }
            var byDataOperation = dnnl_inner_product_desc_t()
            var wRaw = try MemoryDescriptor(shape, type, layout: isTransposed ? .tag(dnnl_ba) : .plain).raw
            try check(
                dnnl_inner_product_backward_data_desc_init(&byDataOperation, &xRaw, &wRaw, &dyRaw),
                "dnnl_inner_product_backward_data_desc_init")
            let byData = try PrimitiveDescriptor(name, byDataOperation, forward: forward)
            let dx = try Memory(x.descriptor)
            try runBackward(
                byData,
                [
                    (.destinationGradient, dy), (.weights, loaded(w.value, as: byData.weights)), (.sourceGradient, dx),
                ])
            try contribute(dx, to: x)
        }
        return y
    }
}
