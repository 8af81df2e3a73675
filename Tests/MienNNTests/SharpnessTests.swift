import MienNN
import Testing

@Suite("Sharpness") struct SharpnessTests {
    @Test("a step is by the gradient up the slope, from where the parameters are", arguments: [1, 2])
    func step(threads: Int) throws {
        let (sharp, plain) = (try trainer(sharpness: 0.3, threads: threads), try trainer(sharpness: 0))
        let start = plain.parameters
        #expect(sharp.parameters == start)
        let (loss, here) = try plain.lossAndGradient(seed: 5, fill: fill)
        let learnt = plain.layout.slots.filter { $0.kind != .statistic }.flatMap { Array($0.range) }
        let length = learnt.reduce(Float(0)) { $0 + here[$1] * here[$1] }.squareRoot()
        var there = start
        for index in learnt { there[index] += 0.3 / length * here[index] }
        plain.parameters = there
        let gradient = try plain.lossAndGradient(seed: 5, fill: fill).gradient

        #expect(try sharp.step(rate: 0.1, seed: 5, fill: fill) == loss)
        for index in learnt {
            #expect(abs(sharp.parameters[index] - (start[index] - 0.1 * gradient[index])) < 1e-5)
        }
        #expect(learnt.contains { abs(gradient[$0] - here[$0]) > 1e-3 })
        // Batch normalisation remembers what the network gives where it is.
        plain.parameters = start
        _ = try plain.step(rate: 0, seed: 5, fill: fill)
        let statistics = plain.layout.slots.filter { $0.kind == .statistic }.flatMap { Array($0.range) }
        #expect(!statistics.isEmpty)
        for index in statistics { #expect(abs(sharp.parameters[index] - plain.parameters[index]) < 1e-6) }
    }

    private func trainer(sharpness: Float, threads: Int = 1) throws -> Trainer {
        let text = "input 1 6x6\nconv 4 3x3\nbn\nrelu\ndropout 0.2\ndense 6\nsoftmax"
        var configuration = Trainer.Configuration()
        (configuration.batch, configuration.shard, configuration.threads) = (8, 4, threads)
        (configuration.sharpness, configuration.optimiser) = (sharpness, .sgd(momentum: 0, isNesterov: false))
        return try Trainer(Architecture(name: "a", text: text).graph(seed: 1), configuration)
    }

    private let fill: Trainer.Fill = { positions, input, targets in
        var chance = SplitMix64(1, UInt64(positions.lowerBound))
        for index in input.indices { input[index] = chance.uniform() }
        for index in targets.indices {
            targets[index] = index % 6 == (index / 6 + positions.lowerBound) % 6 ? 1 : 0
        }
    }
}
