import Mien
import MienOutput

/// What is left to do of a run that goes on where others have ended.
struct Resumption {
    private(set) var left: [Input] = []
    /// Inputs that can't be read, as is known from before.
    private(set) var failures: [FailedInput] = []
    private var done = 0
    /// How many are done again, and why.
    private var reasons: [(reason: String, count: Int)] = []

    /// `retries`: whether inputs that couldn't be read are tried again though they have not changed.
    init(_ inputs: [Input], _ batch: BatchContext, retries: Bool) {
        for input in inputs {
            guard let results = input.results, let source = ResultRecord.Source(input) else {
                left.append(input)
                continue
            }
            switch results.state(source, batch) {
            case .whole: done += 1
            case .unreadable(let reason) where !retries:
                failures.append(FailedInput(input.path, reason, canRetry: false, source.version))
            case .unreadable: left.append(input)
            case .missing(let reason):
                left.append(input)
                if let reason { count(reason) }
            }
        }
    }

    private mutating func count(_ reason: String) {
        if let index = reasons.firstIndex(where: { $0.reason == reason }) {
            reasons[index].count += 1
        } else {
            reasons.append((reason, 1))
        }
    }

    /// What there is to say of it, in lines.
    var news: [String] {
        let all = done + left.count + failures.count
        var lines = done > 0 ? ["\(done) of \(all) inputs are done already"] : []
        lines += reasons.map { "\($0.count) of \(all) are done again: \($0.reason)" }
        if !failures.isEmpty {
            lines.append(
                "\(failures.count) of \(all) could not be read before, and have not changed (--retry tries again)")
        }
        return lines
    }
}
