import ArgumentParser
import Glibc
import Mien

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Looks at a face of its own making, which shows all six expressions in turn: needs no camera and no file.",
        discussion: """
            Ends by saying whether every expression was named right. If one was not, the exit status is 1. One round \
            takes 12 seconds; on a terminal the frames come at their times, elsewhere as fast as they are looked at.
            """)

    @Option(help: ArgumentHelp("End after so many frames.", valueName: "n"))
    var frames: Int?

    @Option(help: ArgumentHelp("End after so many seconds of the demo.", valueName: "s"))
    var seconds: Double?

    @OptionGroup var video: VideoOptions
    @OptionGroup var showing: ShowingOptions
    @OptionGroup var options: CommonOptions

    func validate() throws {
        if let frames, frames < 1 { throw ValidationError("--frames: at least 1, please") }
        if let seconds, !(seconds > 0 && seconds <= 1e9) { throw ValidationError("--seconds: more than 0, please") }
    }

    func run() throws {
        var plan = try options.resolve(video)
        plan.showing = showing
        plan.title = { _ in "demo: a face that goes through the six expressions" }
        var demo = DemoSource.Options()
        demo.frames = frames
        demo.seconds = seconds
        demo.paced = isatty(STDOUT_FILENO) == 1 || showing.isPaced
        let source = try DemoSource(demo)
        let verdict = DemoVerdict(source)
        var status: (any Error)?
        do { try plan.run([Input(source)], also: verdict) } catch { status = error }
        let isRight = verdict.isRight
        if !isRight || plan.verbosity != .quiet { tell("demo: \(verdict.description)") }
        if let status { throw status }
        if !isRight { throw ExitCode.failure }
    }
}

/// Compares what the demo shows with what it was taken for.
private final class DemoVerdict: Sink, CustomStringConvertible {
    private let source: DemoSource
    /// For each expression that was shown: how often it was taken for which; under nil, for no face.
    private var answers: [Expression: [Expression?: Int]] = [:]

    init(_ source: DemoSource) { self.source = source }

    var isReader: Bool { false }

    func begin(_ run: RunDescription) {}

    func write(_ result: borrowing FrameResult) {
        guard let shown = source.expression(at: result.frame).flatMap({ Expression(name: $0) }) else { return }
        answers[shown, default: [:]][result.faces.first?.probabilities.label, default: 0] += 1
    }

    func finish() {}

    /// What each expression shown was mostly taken for, where that is wrong.
    private var mistakes: [String] {
        Expression.allCases.compactMap { shown in
            guard let counts = answers[shown] else { return nil }
            let right = counts[shown, default: 0]
            guard let other = counts.filter({ $0.key != shown }).max(by: { $0.value < $1.value }), other.value >= right
            else { return nil }
            return "\(shown.name) was taken for \(other.key?.name ?? "no face")"
        }
    }

    var isRight: Bool { mistakes.isEmpty }

    var description: String {
        if !isRight { return "not all named right: " + mistakes.joined(separator: ", ") }
        let count = answers.count
        return count == Expression.allCases.count
            ? "all six expressions were named right"
            : "named right as far as it went: \(count) of six expressions"
    }
}
