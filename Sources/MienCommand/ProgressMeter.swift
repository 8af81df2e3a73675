import Glibc
import Mien
import MienOutput

/// Shows how a run over files goes, on standard error: a line that changes in place, or a line of JSON each second.
final class ProgressMeter: Sink {
    enum Form: Sendable {
        case bar, json
    }

    let form: Form
    private let weights: [Int]
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant?
    private var progress = Progress()
    /// Of the input in hand, where it is known; of the frames before it.
    private var frameCount: Int?
    private var framesBefore = 0
    private var lastTime = 0.0

    var isReader: Bool { false }

    /// Work is weighed by the size of files.
    init(_ form: Form, inputs: [Input]) {
        (self.form, weights) = (form, inputs.map { max($0.bytes, 1) })
        progress.inputs = inputs.count
        start = clock.now
    }

    func begin(_ source: any FrameSource) {
        (progress.input, frameCount) = (source.name, source.frameCount)
        (framesBefore, lastTime) = (progress.frames, 0)
    }

    /// The input in hand is done with, whatever has become of it.
    func end() { progress.inputsDone += 1 }

    func begin(_ run: RunDescription) {}

    func write(_ result: borrowing FrameResult) {
        progress.frames += 1
        progress.recordedSeconds += max(0, result.time - lastTime)
        lastTime = result.time
        let now = clock.now
        if let lastShown, now - lastShown < (form == .bar ? .milliseconds(100) : .seconds(1)) { return }
        show(now)
    }

    /// Takes the line away, or says the last word.
    func finish() {
        switch form {
        case .bar: showStatus(nil)
        case .json: show(clock.now)
        }
    }

    private func show(_ now: ContinuousClock.Instant) {
        lastShown = now
        progress.seconds = (now - start) / .seconds(1)
        progress.fraction = fraction
        switch form {
        case .bar: showStatus(ProgressBar(on: STDERR_FILENO).line(progress))
        case .json: writeToStandardError(progress.json + "\n")
        }
    }

    private var fraction: Double? {
        let done = progress.inputsDone
        guard done < weights.count else { return 1 }
        let part = frameCount.map { min(1, Double(progress.frames - framesBefore) / Double(max($0, 1))) }
        if part == nil, weights.count == 1 { return nil }
        let behind = weights[..<done].reduce(0, +)
        return (Double(behind) + Double(weights[done]) * (part ?? 0)) / Double(weights.reduce(0, +))
    }
}
