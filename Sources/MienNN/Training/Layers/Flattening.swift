extension TrainingPlan {
    /// y = x in plain order, with x: N, C, H, W; y: N, CHW.
    ///
    /// Backward: dx = dy in the layout of x.
    func flattening(_ x: TrainingValue) throws(OneDNNError) -> TrainingValue {
        let plain = try MemoryDescriptor(x.dimensions, type)
        let source = try forward(x.memory, as: plain)
        let flat = try plain.reshaped([x.dimensions[0], x.dimensions[1...].reduce(1, *)])
        let y = TrainingValue(try Memory(flat, sharing: source), needsGradient: x.needsGradient)

        differentiate(y) { [self] dy throws(OneDNNError) in
            // The same bytes: whoever may not write into dy may not write into dx.
            try contribute(Memory(plain, sharing: dy), to: x, isShared: y.gradientIsShared)
        }
        return y
    }
}
