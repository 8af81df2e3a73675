internal import CMienOneDNN

extension TrainingPlan {
    /// y = 1 / (1 + exp(-x)), of any shape.
    ///
    /// Backward: dx = dy y (1 - y).
    func sigmoid(_ name: String, _ x: TrainingValue) throws(OneDNNError) -> TrainingValue {
        let y = TrainingValue(try Memory(x.descriptor), needsGradient: x.needsGradient)
        let forward = try PrimitiveDescriptor(
            name, dnnl_eltwise_desc_t.forward(.training, dnnl_eltwise_logistic, x.descriptor))
        try runForward(forward, [(.source, x.memory), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            var operation = dnnl_eltwise_desc_t()
            var (dyRaw, xRaw) = (dy.descriptor.raw, x.descriptor.raw)
            try check(
                dnnl_eltwise_backward_desc_init(&operation, dnnl_eltwise_logistic, &dyRaw, &xRaw, 0, 0),
                "dnnl_eltwise_backward_desc_init")
            let dx = try memoryForGradient(of: y, from: dy)
            try runBackward(
                PrimitiveDescriptor(name, operation, forward: forward),
                [(.source, x.memory), (.destinationGradient, dy), (.sourceGradient, dx)])
            try contribute(dx, to: x)
        }
        return y
    }
}
