import Glibc

/// How the learning rate changes over a run.
public enum Schedule: String, CaseIterable, Sendable {
    /// The same all the time.
    case constant
    /// A tenth after half of the run, a hundredth after three quarters.
    case step
    /// Half a cosine from the peak down to nothing, after a linear start over the first twentieth.
    case cosine
    /// From a 25th up to the peak over the first three tenths, then down to nothing, both along half a cosine.
    /// Smith, Topin: Super-Convergence, 2018.
    case oneCycle = "one-cycle"
    /// A linear start over the first epoch, the peak, then down to nothing over the last two fifths, as 1 minus the
    /// root of what is done of these. A run can be made longer or shorter until the way down begins.
    /// Hägele et al.: Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations, 2024.
    case trapezoid

    /// What the peak rate is multiplied by in the step that counts as number `step`, from 1.
    public func factor(step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
        let progress = Double(step) / Double(epochs * stepsPerEpoch)
        return switch self {
        case .constant: 1
        case .step: progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01
        case .cosine:
            progress < 0.05 ? progress / 0.05 : Self.ease(from: 1, to: 0, (progress - 0.05) / 0.95)
        case .oneCycle:
            progress < 0.3
                ? Self.ease(from: 0.04, to: 1, progress / 0.3) : Self.ease(from: 1, to: 1e-4, (progress - 0.3) / 0.7)
        case .trapezoid:
            min(Double(step) / Double(stepsPerEpoch), 1)
                * (progress <= Self.top ? 1 : 1 - ((progress - Self.top) / (1 - Self.top)).squareRoot())
        }
    }

    /// Whether the first `done` epochs of a run of `epochs` are those of a run of `others`.
    public func isSame(until done: Int, of epochs: Int, as others: Int) -> Bool {
        if epochs == others || done == 0 { return true }
        return switch self {
        case .constant: true
        case .step, .cosine, .oneCycle: false
        case .trapezoid: Double(done) <= Self.top * Double(min(epochs, others))
        }
    }

    /// The share of a run before a trapezoid's way down.
    private static let top = 0.6

    private static func ease(from start: Double, to end: Double, _ share: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * share)) / 2
    }
}
