internal import CMienOneDNN

extension TrainingPlan {
    /// y = max(0, x), of any shape.
    ///
    /// Backward: dx = dy where y > 0, else 0. It needs y alone, so that y may take the place of x.
    ///
    /// - Parameter isInPlace: nothing else reads x.
    func rectifier(_ name: String, _ x: TrainingValue, isInPlace: Bool) throws(OneDNNError) -> TrainingValue {
        let y = TrainingValue(isInPlace ? x.memory : try Memory(x.descriptor), needsGradient: x.needsGradient)
        let forward = try PrimitiveDescriptor(
            name, dnnl_eltwise_desc_t.forward(.training, dnnl_eltwise_relu_use_dst_for_bwd, x.descriptor))
        try runForward(forward, [(.source, x.memory), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            try contribute(rectifierGradient(name, y, dy), to: x)
        }
        return y
    }

    /// Plans dx from the dy of a rectified y.
    func rectifierGradient(_ name: String, _ y: TrainingValue, _ dy: Memory) throws(OneDNNError) -> Memory {
        let forward = try PrimitiveDescriptor(
            name, dnnl_eltwise_desc_t.forward(.training, dnnl_eltwise_relu_use_dst_for_bwd, y.descriptor))
        var operation = dnnl_eltwise_desc_t()
        var (gradient, data) = (dy.descriptor.raw, y.descriptor.raw)
        try check(
            dnnl_eltwise_backward_desc_init(
                &operation, dnnl_eltwise_relu_use_dst_for_bwd, &gradient, &data, 0, 0),
            "dnnl_eltwise_backward_desc_init")
        let dx = try memoryForGradient(of: y, from: dy)
        try runBackward(
            PrimitiveDescriptor(name, operation, forward: forward),
            [(.destination, y.memory), (.destinationGradient, dy), (.sourceGradient, dx)])
        return dx
    }
}
