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

    /// What the peak rate is multiplied by when `progress` of the run is done, 0 to 1.
    public func factor(at progress: Double) -> Double {
        switch self {
        case .constant: 1
        case .step: progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01
        case .cosine:
            progress < 0.05 ? progress / 0.05 : Self.ease(from: 1, to: 0, (progress - 0.05) / 0.95)
        case .oneCycle:
            progress < 0.3
                ? Self.ease(from: 0.04, to: 1, progress / 0.3) : Self.ease(from: 1, to: 1e-4, (progress - 0.3) / 0.7)
        }
    }

    private static func ease(from start: Double, to end: Double, _ share: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * share)) / 2
    }
}
