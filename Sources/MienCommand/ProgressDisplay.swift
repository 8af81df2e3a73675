import Glibc
import MienOutput
import MienTraining

/// What training shows on standard error: on a terminal a bar that moves, and a line for each epoch anywhere.
final class ProgressDisplay {
    private let epochs: Int
    private let stepsPerEpoch: Int
    private let batch: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var epochStart: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant
    /// Of this run alone: a resumed one starts in the middle.
    private var steps = 0
    private var stepsOfEpoch = 0

    init(epochs: Int, stepsPerEpoch: Int, batch: Int) {
        (self.epochs, self.stepsPerEpoch, self.batch) = (epochs, stepsPerEpoch, batch)
        start = clock.now
        (epochStart, lastShown) = (start, start)
    }

    /// A line that stays.
    func say(_ line: String) {
        showStatus(nil)
        writeToStandardError(line + "\n")
    }

    func show(_ event: TrainingRun.Event) {
        switch event {
        case .step(let epoch, let done, let loss):
            steps += 1
            stepsOfEpoch += 1
            let now = clock.now
            guard isTerminal, now - lastShown > .milliseconds(100) else { return }
            lastShown = now
            showStatus(
                ProgressBar(on: STDERR_FILENO).line(
                    "epoch \(epoch)/\(epochs)", Double(done) / Double(stepsPerEpoch),
                    "loss \(fixed(loss, 3))  \(rate(now)) pictures/s  \(left(epoch, done, now)) left"))
        case .epoch(let epoch, let score, let isBest):
            let now = clock.now
            say(
                "epoch \(epoch)/\(epochs): loss \(fixed(score.trainingLoss, 4)); kept back: loss "
                    + "\(fixed(score.validationLoss, 4)), accuracy \(fixed(100 * score.validationAccuracy, 2)) %, "
                    + "macro recall \(fixed(100 * score.validationMacroRecall, 2)) %"
                    + "\(isBest ? ", the best so far" : ""); \(rate(now)) pictures/s, \(left(epoch + 1, 0, now)) left")
            (epochStart, stepsOfEpoch) = (now, 0)
        }
    }

    private func rate(_ now: ContinuousClock.Instant) -> Int {
        Int(Double(stepsOfEpoch * batch) / max((now - epochStart) / .seconds(1), 1e-3))
    }

    /// To the end at the speed so far.
    private func left(_ epoch: Int, _ done: Int, _ now: ContinuousClock.Instant) -> String {
        let stepsLeft = (epochs - epoch + 1) * stepsPerEpoch - done
        return ProgressBar.clock((now - start) / .seconds(1) / Double(max(steps, 1)) * Double(stepsLeft))
    }

    private func fixed(_ value: Double, _ decimals: Int) -> String { Evaluation.fixed(value, decimals) }
}
