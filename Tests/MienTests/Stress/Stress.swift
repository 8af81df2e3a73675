import Mien
import MienNN

/// Runs of the pipeline with everything at random that may differ: how long things take, how many frames and threads
/// there are, whether the source breaks, and when a sink fails, goes away or stops the run. A seed gives the same run,
/// but for the order in which threads get to work.
struct Stress {
    private let pipelines: [Pipeline]

    /// One pipeline for each number of threads, 1 to 4.
    init() throws {
        pipelines = try (1...4).map { threads in
            var configuration = Pipeline.Configuration()
            configuration.threads = threads
            return try Pipeline(configuration)
        }
    }

    /// One run; what was wrong with it, or nil.
    func run(seed: UInt64) -> String? {
        var chance = SplitMix64(seed, 0)
        let isLive = chance.integer(in: 0...2) == 0
        let count = chance.integer(in: 0...(isLive ? 30 : 90))
        let breaks = chance.integer(in: 0...3) == 0
        let place = chance.integer(in: 0...max(count, 1))
        let trouble: StressSink.Trouble =
            switch chance.integer(in: 0...7) {
            case 0: .fails(at: place)
            case 1: .closes(at: place)
            case 2, 3: .stops(at: place)
            case 4: .failsToBegin
            case 5: .failsToFinish
            default: .none
            }
        let stop = StopFlag()
        let source = StressSource(count: count, breaks: breaks, isLive: isLive, seed: seed)
        let sinks = [StressSink(.none, stop: stop, seed: seed), StressSink(trouble, stop: stop, seed: seed &+ 1)]
        let threads = chance.integer(in: 0...3)
        let outcome = Outcome(pipelines[threads], source, sinks, stop)
        return outcome.fault(source, sinks, trouble).map {
            "seed \(seed), \(isLive ? "live" : "recorded"), \(threads + 1) threads, \(count) frames"
                + "\(breaks ? ", then a break" : ""), \(trouble): \($0)"
        }
    }
}

/// How a run ended.
private struct Outcome {
    var summary: RunSummary?
    var error: PipelineError?

    init(_ pipeline: Pipeline, _ source: StressSource, _ sinks: [StressSink], _ stop: StopFlag) {
        do throws(PipelineError) {
            let run = try Run(pipeline, into: sinks, stop: stop)
            do throws(PipelineError) { try run.process(source) } catch { self.error = error }
            summary = run.summary
            do throws(PipelineError) { try run.finish() } catch { self.error = self.error ?? error }
        } catch { self.error = error }
    }

    /// What differs from what must be.
    func fault(_ source: StressSource, _ sinks: [StressSink], _ trouble: StressSink.Trouble) -> String? {
        if sinks.contains(where: { $0.finished != 1 }) { return "a sink was finished \(sinks.map(\.finished)) times" }
        let written = sinks[0].frames
        if trouble == .failsToBegin {
            return error == nil || !written.isEmpty ? "it went on after a sink failed to begin" : nil
        }
        guard let summary else { return "it could not begin" }
        if source.isLive {
            let isOrderly = zip(written, written.dropFirst()).allSatisfy { $0 < $1 }
            if !isOrderly { return "frames in disorder: \(written)" }
        } else if written != Array(0..<written.count) {
            return "frames missing or in disorder: \(written)"
        }
        if summary.frames != written.count { return "\(summary.frames) frames counted, \(written.count) written" }

        let isCut: Bool
        switch trouble {
        case .fails(let place): isCut = written.count > place
        case .stops(let place): isCut = written.count > place
        default: isCut = false
        }
        let missing = source.delivered - written.count - summary.dropped
        if isCut {
            if case .fails(let place) = trouble, error == nil || written.count != place + 1 {
                return "a sink failed at \(place), and \(written.count) frames were written"
            }
            // Live, the newest frame may be on its way when the run ends.
            return source.isLive && !(0...1).contains(missing) ? "\(missing) frames unaccounted for" : nil
        }
        if missing != 0 { return "\(missing) frames unaccounted for" }
        let isFailure = error != nil
        let mayFail = trouble == .failsToFinish || source.isBroken
        return isFailure != mayFail ? "it ended \(isFailure ? "with an error" : "without an error")" : nil
    }
}
