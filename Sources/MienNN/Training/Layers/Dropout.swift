internal import CMienOneDNN

extension TrainingPlan {
    /// y = x m, where each element of m is 0 with the probability `share`, otherwise 1 / (1 - share). Of any shape.
    ///
    /// Backward: dx = dy m.
    func dropout(_ name: String, _ x: TrainingValue, share: Float) throws(OneDNNError) -> TrainingValue {
        let mask = try Memory(x.descriptor)
        let y = TrainingValue(try Memory(x.descriptor), needsGradient: x.needsGradient)
        let multiply = try PrimitiveDescriptor(
            name,
            dnnl_binary_desc_t.forward(
                dnnl_binary_mul, source0: x.descriptor, source1: x.descriptor, destination: x.descriptor))
        // Padding of blocked layouts is filled too: zero times anything stays zero.
        let (type, bytes, byteCount) = (type, mask.base, x.descriptor.byteCount)
        runForward { generator in
            switch type {
            case .bfloat16:
                let kept = UInt16((1 / (1 - share)).bitPattern >> 16)
                Self.fill(bytes.assumingMemoryBound(to: UInt16.self), byteCount / 2, kept, share, &generator)
            case .float32, .int32:
                Self.fill(bytes.assumingMemoryBound(to: Float.self), byteCount / 4, 1 / (1 - share), share, &generator)
            }
        }
        try runForward(multiply, [(.source, x.memory), (.source1, mask), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            let dx = try memoryForGradient(of: y, from: dy)
            try runBackward(multiply, [(.source, dy), (.source1, mask), (.destination, dx)])
            try contribute(dx, to: x)
        }
        return y
    }

    /// Sixteen bits of chance for each element.
    private static func fill<Element: Numeric>(
        _ mask: UnsafeMutablePointer<Element>, _ count: Int, _ kept: Element, _ share: Float,
        _ generator: inout SplitMix64
    ) {
        let threshold = UInt64(share * 65536)
        for start in stride(from: 0, to: count, by: 4) {
            var bits = generator.next()
            for index in start..<min(start + 4, count) {
                mask[index] = bits & 0xFFFF < threshold ? 0 : kept
                bits >>= 16
            }
        }
    }
}
