#if canImport(Glibc)
    import Glibc
#endif

/// The steady answer for each face: its recent answers averaged in time, and a label that changes only for a reason.
///
/// The average is over logits, where doubt weighs little and certainty much, and fades with time, not with frames, so
/// that 15 and 60 frames a second give the same. One thread at a time, frames in order.
public struct Smoother {
    public struct Options: Sendable {
        /// After so many seconds an answer's weight is down to 1/e. 0: no smoothing.
        public var seconds = 0.12
        /// Another label takes over when its share is larger by this much, 0 to 1.
        public var hysteresis: Float = 0.1

        public init() {}
    }

    private let options: Options
    private var states: [State] = []

    public init(options: Options = Options()) { self.options = options }

    /// The steady answer for face `id`, given its answer `probabilities` at `time` seconds.
    public mutating func smooth(_ probabilities: Probabilities, id: Int, time: Double) -> Smoothed {
        states.removeAll { time - $0.time > Tracker.memory || time < $0.time }
        let logits = probabilities.logits
        guard let index = states.firstIndex(where: { $0.id == id }) else {
            states.append(State(id: id, time: time, logits: logits, label: probabilities.label))
            return Smoothed(label: probabilities.label, confidence: probabilities.confidence)
        }
        let fade = options.seconds > 0 ? Float(exp(-(time - states[index].time) / options.seconds)) : 0
        states[index].logits = logits + (states[index].logits - logits) * fade
        states[index].time = time

        let steady = Probabilities(logits: states[index].logits)
        if steady.confidence > steady[states[index].label] + options.hysteresis { states[index].label = steady.label }
        return Smoothed(label: states[index].label, confidence: steady[states[index].label])
    }
}

/// A label and its share after smoothing.
public struct Smoothed: Hashable, Sendable {
    public var label: Expression
    public var confidence: Float

    public init(label: Expression, confidence: Float) {
        self.label = label
        self.confidence = confidence
    }
}

private struct State {
    let id: Int
    var time: Double
    var logits: SIMD8<Float>
    var label: Expression
}
