internal import CMienOneDNN

extension TrainingPlan {
    /// y = x with each pixel as a square of `factor` by `factor`, with x: N, C, H, W; y: N, C, factor H, factor W.
    ///
    /// Backward: dx = the sum of dy over each square: its mean, `factor` squared times. Pooling has fast kernels.
    func upsampling(_ name: String, _ x: TrainingValue, factor: Int) throws(OneDNNError) -> TrainingValue {
        let size = x.dimensions[2...].map { $0 * factor }
        let forward = try PrimitiveDescriptor(
            name,
            dnnl_resampling_desc_t.forward(
                .training, dnnl_resampling_nearest, source: x.descriptor,
                destination: any(Array(x.dimensions[..<2]) + size)))
        let y = TrainingValue(try Memory(forward.destination), needsGradient: x.needsGradient)
        try runForward(forward, [(.source, x.memory), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            let square = [factor, factor]
            let pooling = try PrimitiveDescriptor(
                name,
                dnnl_pooling_desc_t.forward(
                    .inference, dnnl_pooling_avg_exclude_padding, source: dy.descriptor, destination: x.descriptor,
                    kernel: square, Window(strides: square)),
                Attributes([.eltwise(dnnl_eltwise_linear, alpha: Float(factor * factor))]))
            let dx = try Memory(x.descriptor)
            try runBackward(pooling, [(.source, dy), (.destination, dx)])
            try contribute(dx, to: x)
        }
        return y
    }
}
