#if canImport(Glibc)
    import Glibc
#endif

extension Probabilities {
    /// Below this a share is as good as none: what keeps the logarithm finite.
    private static let floor: Float = 1e-6

    /// The logarithms of the shares, in the order of `Expression`; the places behind the sixth are 0.
    var logits: SIMD8<Float> {
        var logits = SIMD8<Float>.zero
        for expression in Expression.allCases { logits[expression.rawValue] = log(max(self[expression], Self.floor)) }
        return logits
    }

    /// The softmax of six logits.
    init(logits: SIMD8<Float>) {
        var shares = SIMD8<Float>.zero
        let largest = Expression.allCases.reduce(-Float.infinity) { max($0, logits[$1.rawValue]) }
        for index in Expression.allCases.indices { shares[index] = exp(logits[index] - largest) }
        self.init(shares: shares / shares.sum())
    }
}
