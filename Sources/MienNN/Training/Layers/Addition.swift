internal import CMienOneDNN

extension TrainingPlan {
    /// y = a + b, all of the same shape.
    ///
    /// Backward: da = db = dy.
    func addition(_ name: String, _ a: TrainingValue, _ b: TrainingValue) throws(OneDNNError) -> TrainingValue {
        let second = try forward(b.memory, as: a.descriptor)
        let y = TrainingValue(try Memory(a.descriptor), needsGradient: a.needsGradient || b.needsGradient)
        try runForward(
            PrimitiveDescriptor(
                name,
                dnnl_binary_desc_t.forward(
                    dnnl_binary_add, source0: a.descriptor, source1: a.descriptor, destination: a.descriptor)),
            [(.source, a.memory), (.source1, second), (.destination, y.memory)])

        differentiate(y) { [self] dy throws(OneDNNError) in
            try contribute(dy, to: a, isShared: true)
            try contribute(dy, to: b, isShared: true)
        }
        return y
    }
}
