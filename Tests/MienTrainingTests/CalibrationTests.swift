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
        for _ in 0..<8_000 {
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
        let calibration = Calibration(answers: answers, labels: labels)
        #expect(abs(calibration.temperature / Double(factor) - 1) < 0.04)
        #expect(calibration.bias.allSatisfy { abs($0) < 0.1 })
    }

    @Test("finds which class a network names too often, unless that class is to weigh more") func bias() {
        let (answers, labels) = answers(sharpened: 1)
        // e times too likely, where 1 is right.
        let tilted = answers.map { answer in
            let raw = MienVision.Expression.allCases.map { answer[$0] * ($0 == .fear ? Float(M_E) : 1) }
            return Probabilities(raw.map { $0 / raw.reduce(0, +) })
        }
        let calibration = Calibration(answers: tilted, labels: labels)
        let (fear, others) = (calibration.bias[1], calibration.bias.enumerated().filter { $0.offset != 1 })
        #expect(others.allSatisfy { abs($0.element - fear - 1) < 0.1 })
        #expect(abs(calibration.bias.reduce(0, +)) < 1e-6)
        let weighted = Calibration(answers: tilted, labels: labels, weights: [1, Float(M_E), 1, 1, 1, 1])
        #expect(weighted.bias.allSatisfy { abs($0) < 0.1 })
    }

    @Test("stays within bounds for a network that is always right, always wrong, or not asked") func extremes() {
        let sure = Probabilities([0.99, 0.01, 0, 0, 0, 0])
        for label in [MienVision.Expression.angry, .sad] {
            let calibration = Calibration(answers: [sure], labels: [label])
            #expect((0.1...10).contains(calibration.temperature))
            #expect(calibration.bias.allSatisfy { abs($0) < 2 })
        }
        let alike = Calibration(answers: [Probabilities([Float](repeating: 1 / 6, count: 6))], labels: [.sad])
        #expect(alike.bias[4] > 0.1)
        #expect(
            Calibration(answers: [], labels: [])
                == Calibration(answers: [sure], labels: [.sad], weights: [0, 0, 0, 0, 0, 0]))
        #expect(Calibration(answers: [], labels: []).temperature == 1)
    }

    @Test("is part of the weights: the network's own shares are those of the changed logits") func folded() throws {
        let graph = try Architecture(
            name: "small", text: "input 1 48x48\nmaxpool 8x8 stride 8\ndense 20\nrelu\ndense 6\nsoftmax"
        ).graph(seed: 2)
        let model = Model(graph: graph)
        let (answers, labels) = answers(sharpened: 2.5)
        let calibration = Calibration(answers: answers, labels: labels, weights: [1, 3, 1, 1, 1, 1])
        let divided = try #require(model.calibrated(calibration))
        #expect(
            Double(divided.metadata[Calibration.temperatureKey] ?? "").map { abs($0 - calibration.temperature) < 1e-4 }
                == true)
        let biases = divided.metadata[Calibration.biasKey]?.split(separator: ",").compactMap { Double($0) } ?? []
        #expect(biases.count == 6 && zip(biases, calibration.bias).allSatisfy { abs($0 - $1) < 1e-4 })
        let pictures = PictureSet.bars(each: 1)
        let before = try Evaluation.answers(of: model, to: pictures, threads: 1)
        let after = try Evaluation.answers(of: divided, to: pictures, threads: 1)
        for (before, after) in zip(before, after) {
            let expected = MienVision.Expression.allCases.map {
                powf(before[$0], Float(1 / calibration.temperature)) * expf(Float(calibration.bias[$0.rawValue]))
            }
            let total = expected.reduce(0, +)
            for (share, expression) in zip(expected, MienVision.Expression.allCases) {
                #expect(abs(share / total - after[expression]) < 1e-4)
            }
        }
        let open = try Architecture(name: "open", text: "input 1 48x48\ndense 6").graph(seed: 2)
        #expect(Model(graph: open).calibrated(calibration) == nil)
    }
}
