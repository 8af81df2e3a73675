/// The shares that a network gives the six expressions of one face; they add up to 1. No memory of its own.
public struct Probabilities: Hashable, Sendable {
    private var shares: SIMD8<Float>

    /// `shares`: six values in the order of `Expression`.
    public init(_ shares: some Sequence<Float>) {
        self.shares = .zero
        for (index, share) in zip(Expression.allCases.indices, shares) { self.shares[index] = share }
    }

    init(shares: SIMD8<Float>) { self.shares = shares }

    public subscript(expression: Expression) -> Float { shares[expression.rawValue] }

    /// The expression with the largest share; the first of equals.
    public var label: Expression {
        Expression.allCases.reduce(.angry) { self[$1] > self[$0] ? $1 : $0 }
    }

    /// The share of `label`.
    public var confidence: Float { self[label] }
}
