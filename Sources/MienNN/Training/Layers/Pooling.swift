internal import CMienOneDNN

extension TrainingPlan {
    enum Pooling {
        case maximum
        /// Padding counts as zeros or not at all.
        case average(countsPadding: Bool)

        fileprivate var algorithm: dnnl_alg_kind_t {
            switch self {
            case .maximum: dnnl_pooling_max
            case .average(countsPadding: true): dnnl_pooling_avg_include_padding
            case .average(countsPadding: false): dnnl_pooling_avg_exclude_padding
            }
        }
    }

    /// y = the largest or the mean of each window, with x: N, C, H, W; y: N, C, H', W'.
    ///
    /// Backward: dx = dy at the window's largest, which forward has noted down; or an equal part of dy everywhere in it.
    func pooling(
        _ name: String, _ x: TrainingValue, _ kind: Pooling, kernel: [Int], _ window: Window
    ) throws(OneDNNError) -> TrainingValue {
        let size = (0..<2).map { axis in
            let padded = x.dimensions[2 + axis] + window.padsBefore[axis] + window.padsAfter[axis]
            return (padded - kernel[axis]) / window.strides[axis] + 1
        }
        let destination = try any(Array(x.dimensions[..<2]) + size)
        let forward = try PrimitiveDescriptor(
            name,
            dnnl_pooling_desc_t.forward(
                .training, kind.algorithm, source: x.descriptor, destination: destination, kernel: kernel, window))
        let y = TrainingValue(try Memory(forward.destination), needsGradient: x.needsGradient)
        let notes: [(Role, Memory)] =
            forward.workspace.byteCount > 0 ? [(.workspace, try Memory(forward.workspace))] : []
        try runForward(forward, [(.source, x.memory), (.destination, y.memory)] + notes)

        differentiate(y) { [self] dy throws(OneDNNError) in
            var operation = dnnl_pooling_desc_t()
            // Not that of dy: where a picture is one pixel, two layouts are equal of which kernels know but one.
            var (dxRaw, dyRaw) = (x.descriptor.raw, y.descriptor.raw)
            try check(
                dnnl_pooling_backward_desc_init(
                    &operation, kind.algorithm, &dxRaw, &dyRaw, window.rawStrides, kernel.map { dnnl_dim_t($0) },
                    window.rawPadsBefore, window.rawPadsAfter),
                "dnnl_pooling_backward_desc_init")
            let dx = try Memory(x.descriptor)
            try runBackward(
                PrimitiveDescriptor(name, operation, forward: forward),
                [(.destinationGradient, dy), (.sourceGradient, dx)] + notes)
            try contribute(dx, to: x)
        }
        return y
    }

    /// y = the mean of each channel, with x: N, C, H, W; y: N, C, 1, 1.
    func globalAveragePooling(_ name: String, _ x: TrainingValue) throws(OneDNNError) -> TrainingValue {
        try pooling(name, x, .average(countsPadding: false), kernel: Array(x.dimensions[2...]), Window())
    }
}
