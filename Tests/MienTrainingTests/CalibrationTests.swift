import Glibc
import MienNN
import MienTraining
import MienVision
import Testing

@Suite("Calibration") struct CalibrationTests {
    /// Shares of which the labels are drawn, and then sharpened by a factor on their logarithms.
    private func answers(sharpened factor: Float) -> (answers: [Probabilities], labels: [MienVision.Expression]) {
        var chance = SplitMix64(3)
        var (answers, labels): ([Probabilities], [MienVision.Expression]) = ([], [])
        for _ in 0..<20_000 {
            let logits = (0..<6).map { _ in 4 * chance.uniform() }
            var rest = chance.uniform() * logits.reduce(0) { $0 + expf($1) }
            let label = logits.firstIndex { logit in
                rest -= expf(logit)
                return rest < 0
            }
            labels.append(MienVision.Expression(rawValue: label ?? 5)!)
            let sharp = logits.map { expf(factor * $0) }
            answers.append(Probabilities(sharp.map { $0 / sharp.reduce(0, +) }))
        }
        return (answers, labels)
    }

    @Test("finds by how much a network is too sure, or not sure enough", arguments: [Float(0.5), 1, 3])
    func temperature(_ factor: Float) {
        let (answers, labels) = answers(sharpened: factor)
        let temperature = Calibration.temperature(answers: answers, labels: labels)
        #expect(abs(temperature / Double(factor) - 1) < 0.04)
    }

    @Test("stays within bounds for a network that is always right, always wrong, or not asked") func extremes() {
        let sure = Probabilities([0.99, 0.01, 0, 0, 0, 0])
        #expect(Calibration.temperature(answers: [sure], labels: [.angry]) >= 0.1)
        #expect(Calibration.temperature(answers: [sure], labels: [.sad]) <= 10)
        #expect(Calibration.temperature(answers: [], labels: []) == 1)
    }

    @Test("is part of the weights: the network's own shares are those of the divided logits") func folded() throws {
        let graph = try Architecture(
            name: "small", text: "input 1 48x48\nmaxpool 8x8 stride 8\ndense 20\nrelu\ndense 6\nsoftmax"
        ).graph(seed: 2)
        let model = Model(graph: graph)
        let divided = try #require(model.divided(byTemperature: 2.5))
        #expect(divided.metadata[Calibration.metadataKey] == "2.5")
        let pictures = PictureSet.bars(each: 1)
        let before = try Evaluation.answers(of: model, to: pictures, threads: 1)
        let after = try Evaluation.answers(of: divided, to: pictures, threads: 1)
        for (before, after) in zip(before, after) {
            let expected = MienVision.Expression.allCases.map { powf(before[$0], 1 / 2.5) }
            let total = expected.reduce(0, +)
            for (share, expression) in zip(expected, MienVision.Expression.allCases) {
                #expect(abs(share / total - after[expression]) < 1e-4)
            }
        }
        let open = try Architecture(name: "open", text: "input 1 48x48\ndense 6").graph(seed: 2)
        #expect(Model(graph: open).divided(byTemperature: 2) == nil)
    }
}
