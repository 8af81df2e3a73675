internal import CMienOneDNN

extension TrainingPlan {
    /// y = scale (x - mean) / sqrt(variance + epsilon) + shift, channel by channel, with mean and variance of the
    /// micro-batch itself; x, y: N, C, H, W; all others: C.
    ///
    /// Backward: with z = (x - mean) / sqrt(variance + epsilon), dscale = sum of dy z, dshift = sum of dy,
    /// dx = scale / sqrt(variance + epsilon) (dy - mean of dy - z times the mean of dy z).
    ///
    /// Mean and variance go where the gradients of the running figures would: whoever sums up the shards keeps those.
    ///
    /// - Parameter isRectified: negative y become 0, and forward notes down which.
    func batchNormalisation(
        _ name: String, _ x: TrainingValue, scale: ParameterLayout.Slot, shift: ParameterLayout.Slot,
        mean: ParameterLayout.Slot, variance: ParameterLayout.Slot, epsilon: Float, isRectified: Bool
    ) throws(OneDNNError) -> TrainingValue {
        let (scale, shift) = (try parameters.tensor(scale), try parameters.tensor(shift))
        let (mean, variance) = (try parameters.tensor(mean).gradient, try parameters.tensor(variance).gradient)
        var flags = dnnl_use_scale.rawValue | dnnl_use_shift.rawValue
        if isRectified { flags |= dnnl_fuse_norm_relu.rawValue }
        var xRaw = x.descriptor.raw
        var operation = dnnl_batch_normalization_desc_t()
        try check(
            dnnl_batch_normalization_forward_desc_init(&operation, dnnl_forward_training, &xRaw, epsilon, flags),
            "dnnl_batch_normalization_forward_desc_init")
        let forward = try PrimitiveDescriptor(name, operation)
        let y = TrainingValue(try Memory(x.descriptor), needsGradient: true)
        let notes: [(Role, Memory)] =
            forward.workspace.byteCount > 0 ? [(.workspace, try Memory(forward.workspace))] : []
        try runForward(
            forward,
            [
                (.source, x.memory), (.scale, scale.value), (.shift, shift.value), (.mean, mean),
                (.variance, variance), (.destination, y.memory),
            ] + notes)

        differentiate(y) { [self] dy throws(OneDNNError) in
            var operation = dnnl_batch_normalization_desc_t()
            var (xRaw, dyRaw) = (x.descriptor.raw, dy.descriptor.raw)
            try check(
                dnnl_batch_normalization_backward_desc_init(
                    &operation, dnnl_backward, &dyRaw, &xRaw, epsilon, flags),
                "dnnl_batch_normalization_backward_desc_init")
            let dx = try Memory(x.descriptor)
            try runBackward(
                PrimitiveDescriptor(name, operation, forward: forward),
                [
                    (.source, x.memory), (.mean, mean), (.variance, variance), (.scale, scale.value),
                    (.shift, shift.value), (.destinationGradient, dy), (.sourceGradient, dx),
                    (.scaleGradient, scale.gradient), (.shiftGradient, shift.gradient),
                ] + notes)
            try contribute(dx, to: x)
        }
        return y
    }
}
