/// How a gradient changes a parameter. All are plain loops over flat arrays.
public enum Optimiser: Sendable, Equatable {
    /// v = momentum v + g; w -= rate v, or rate (g + momentum v) with Nesterov's look ahead.
    ///
    /// Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning, 2013.
    case sgd(momentum: Float = 0.9, isNesterov: Bool = true)
    /// Kingma, Ba: Adam, 2015. With weight decay it is AdamW: Loshchilov, Hutter: Decoupled Weight Decay
    /// Regularization, 2019.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)

    /// Arrays as large as the parameters that it keeps from step to step.
    public var stateCount: Int {
        switch self {
        case .sgd: 1
        case .adam: 2
        }
    }

    /// One step on `count` parameters.
    ///
    /// - Parameters:
    ///   - state: `stateCount` arrays, zero before the first step.
    ///   - decay: the share of a weight that is taken away in each step at a rate of 1.
    ///   - step: counts from 1.
    func update(
        _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        state: [UnsafeMutablePointer<Float>], count: Int, rate: Float, decay: Float, step: Int
    ) {
        switch self {
        case .sgd(let momentum, let isNesterov):
            let velocity = state[0]
            for index in 0..<count {
                let slope = gradient[index] + decay * parameters[index]
                velocity[index] = momentum * velocity[index] + slope
                parameters[index] -= rate * (isNesterov ? slope + momentum * velocity[index] : velocity[index])
            }
        case .adam(let beta1, let beta2, let epsilon):
            let (first, second) = (state[0], state[1])
            // Both averages start at zero: this takes that out.
            let unbias1 = 1 / (1 - Self.power(beta1, step))
            let unbias2 = 1 / (1 - Self.power(beta2, step))
            for index in 0..<count {
                let slope = gradient[index]
                first[index] = beta1 * first[index] + (1 - beta1) * slope
                second[index] = beta2 * second[index] + (1 - beta2) * slope * slope
                let direction = first[index] * unbias1 / ((second[index] * unbias2).squareRoot() + epsilon)
                parameters[index] -= rate * (direction + decay * parameters[index])
            }
        }
    }

    /// By squaring, so that it is the same everywhere.
    private static func power(_ base: Float, _ exponent: Int) -> Float {
        var (result, square, rest) = (1.0, Double(base), exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return Float(result)
    }
}
