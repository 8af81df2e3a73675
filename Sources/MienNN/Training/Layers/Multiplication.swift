internal import CMienOneDNN

extension TrainingPlan {
    /// y = a b, with a, y: N, C, H, W; b: the same, or N, C, 1, 1, one factor for each channel.
    ///
    /// Backward: da = dy b; db = dy a, summed over H and W where b has but one factor for them.
    func multiplication(_ name: String, _ a: TrainingValue, _ b: TrainingValue) throws(OneDNNError) -> TrainingValue {
        let isPerChannel = b.dimensions != a.dimensions
        let factors = try forward(b.memory, as: isPerChannel ? blockedLike(a, b.dimensions) : a.descriptor)
        let y = TrainingValue(try Memory(a.descriptor), needsGradient: a.needsGradient || b.needsGradient)
        let byFactors = try PrimitiveDescriptor(
            name,
            dnnl_binary_desc_t.forward(
                dnnl_binary_mul, source0: a.descriptor, source1: factors.descriptor, destination: a.descriptor))
        try runForward(byFactors, [(.source, a.memory), (.source1, factors), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            if a.needsGradient {
                let da = try Memory(a.descriptor)
                try runBackward(byFactors, [(.source, dy), (.source1, factors), (.destination, da)])
                try contribute(da, to: a)
            }
            guard b.needsGradient else { return }
            let product = try Memory(a.descriptor)
            try runBackward(
                PrimitiveDescriptor(
                    name,
                    dnnl_binary_desc_t.forward(
                        dnnl_binary_mul, source0: a.descriptor, source1: a.descriptor, destination: a.descriptor)),
                [(.source, dy), (.source1, a.memory), (.destination, product)])
            try contribute(isPerChannel ? sum(name, product, as: b.dimensions) : product, to: b)
        }
        return y
    }

    /// A tensor of N, C, 1, 1 whose channels lie as those of `value` do.
    private func blockedLike(_ value: TrainingValue, _ dimensions: [Int]) throws(OneDNNError) -> MemoryDescriptor {
        let isBlocked = try value.descriptor == MemoryDescriptor(value.dimensions, type, layout: .tag(dnnl_aBcd16b))
        return try MemoryDescriptor(dimensions, type, layout: isBlocked ? .tag(dnnl_aBcd16b) : .plain)
    }

    /// Plans the sum of each channel: N, C, H, W to N, C, 1, 1.
    ///
    /// As a mean that is multiplied by H W: pooling has fast kernels in every layout, oneDNN's reductions don't.
    private func sum(_ name: String, _ memory: Memory, as dimensions: [Int]) throws(OneDNNError) -> Memory {
        let kernel = Array(memory.descriptor.dimensions[2...])
        let area = Float(kernel.reduce(1, *))
        let pooling = try PrimitiveDescriptor(
            name,
            dnnl_pooling_desc_t.forward(
                .inference, dnnl_pooling_avg_exclude_padding, source: memory.descriptor, destination: any(dimensions),
                kernel: kernel, Window()),
            Attributes([.eltwise(dnnl_eltwise_linear, alpha: area)]))
        let result = try Memory(pooling.destination)
        try runBackward(pooling, [(.source, memory), (.destination, result)])
        return result
    }
}
