// What several operators can do to their results while these are in a register, each written once.

/// An operator that can apply functions of single numbers to its results.
protocol Fusing: Operator {
    /// In order.
    var functions: [Activation.Function] { get set }
}

extension Fusing {
    func followed(by functions: [Activation.Function]) -> (any Operator)? {
        guard let chain = self.functions.fused(with: functions) else { return nil }
        var result = self
        result.functions = chain
        return result
    }
}

/// An operator that can add its results to what another layer made, in its memory, before the functions.
protocol Accumulating: Fusing {
    /// There is a second input, which is lost.
    var accumulates: Bool { get set }
}

extension Accumulating {
    var writesInto: Int? { accumulates ? 1 : nil }
    var postOperations: [Attributes.PostOperation] {
        (accumulates ? [.sum] : []) + functions.map(\.postOperation)
    }

    func accumulating() -> (any Operator)? {
        guard functions.isEmpty, !accumulates else { return nil }
        var result = self
        result.accumulates = true
        return result
    }
}

/// An operator whose results are weighted sums of its inputs: a factor for each channel goes into the weights.
protocol Weighted: Fusing {
    /// Those of a channel one after the other.
    var weights: Tensor { get set }
    /// One for each channel of the result.
    var bias: [Float] { get set }
}

extension Weighted {
    var weightCount: Int { weights.values.count }

    func scaled(by scale: [Float], shift: [Float]) -> (any Operator)? {
        guard functions.isEmpty else { return nil }
        var result = self
        let size = weights.values.count / bias.count
        for channel in bias.indices {
            result.bias[channel] = bias[channel] * scale[channel] + shift[channel]
            for index in channel * size..<(channel + 1) * size { result.weights.values[index] *= scale[channel] }
        }
        return result
    }
}
