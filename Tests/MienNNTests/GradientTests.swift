import Foundation
import MienNN
import Testing

/// Every layer's gradient against differences of the loss: one layer at a time stands between a convolution and a dense
/// layer, so that what it hands back is seen in the convolution's weights.
@Suite("Gradients") struct GradientTests {
    @Test(
        "of a network with one layer of each kind equal the differences of its loss",
        arguments: [
            "conv 4 3x3",
            "conv 4 3x3 pad 1 stride 2",
            "conv 4 3x3 nobias",
            "conv 6 3x3 pad 1 groups 3",
            "conv 3 3x3 pad 1 groups 3",
            "conv 20 1x1\nrelu",
            "relu",
            "bn",
            "bn\nrelu",
            "maxpool 3x3 stride 2",
            "maxpool 3x3 stride 2 pad 1",
            "avgpool 2x2 stride 2",
            "avgpool 3x3 stride 2 pad 1",
            "globalpool",
            "dropout 0.5",
            "dense 7\nrelu",
            "dense 7\ndropout 0.3\nrelu",
            "label a\nconv 3 3x3 pad 1\nrelu\nadd a",
            "label a\nconv 3 3x3 pad 1\nbn\nrelu\nconv 3 3x3 pad 1\nbn\nadd a\nrelu\nglobalpool",
            "label a\nconv 5 1x1 stride 2\nlabel b\nfrom a\nconv 5 3x3 stride 2 pad 1\nadd b\nrelu",
            "label a\nadd a\nrelu",
            "sigmoid",
            "label a\nsigmoid\nmul a",
            "label a\nglobalpool\nconv 3 1x1\nsigmoid\nmul a",
            "upsample 2",
            "conv 8 3x3\nrelu\nupsample 3\nrelu",
            "conv 16 3x3 pad 1 stride 2 groups 1\nconv 16 3x3 pad 1 groups 16 nobias\nbn\nrelu\nconv 8 1x1",
            "conv 8 4x3\nlabel a\nconv 8 3x3 pad 1 stride 2\nupsample 2\nadd a\nconv 8 3x3 pad 1 groups 8",
            "conv 16 3x3\nlabel a\nglobalpool\nconv 4 1x1\nrelu\nconv 16 1x1\nsigmoid\nmul a\nrelu",
        ])
    func layer(_ lines: String) throws {
        try checkGradient("input 2 9x8\nconv 3 3x3\n\(lines)\ndense 4\nsoftmax")
    }

    @Test("of the first layer need none of the input's") func firstLayer() throws {
        try checkGradient("input 1 7x7\nconv 3 3x3\nrelu\ndense 4\nsoftmax")
        try checkGradient("input 1 3x3\ndense 5\nrelu\ndense 4\nsoftmax")
    }

    @Test("of the report's kind of network equal the differences of its loss") func network() throws {
        try checkGradient(
            """
            input 1 20x20
            conv 15 5x5
            relu
            maxpool 5x5 stride 2
            conv 10 3x3
            relu
            dropout 0.5
            conv 5 3x3
            relu
            dense 30
            relu
            dense 6
            softmax
            """)
    }

    @Test("of several answers are those of each alone, and an answer without targets has none") func answers() throws {
        let text = "input 1 7x7\nconv 3 3x3\nrelu\ndense 4"
        try checkGradient(text, answers: 2)
        let network = try Network(text, batch: 4, shard: 2, answers: 2, silencing: 1)
        let gradient = try network.lossAndGradient().gradient
        let bias = try #require(network.trainer.layout.slots.first { $0.name == "Gemm1.bias" })
        #expect(gradient[bias.offset..<bias.offset + 2].contains { $0 != 0 })
        #expect(gradient[bias.offset + 2..<bias.offset + 4].allSatisfy { $0 == 0 })
        #expect(throws: ModelError.self) { try Network(text, batch: 4, shard: 2, answers: 3) }
    }

    /// Half the square of what each output is away from its target, with outputs that are pictures, in and at the end of
    /// what others go on from.
    @Test("of several outputs under a loss of one's own are the differences of that loss") func outputs() throws {
        let text = """
            input 2 12x8
            conv 8 3x3 pad 1 stride 2
            output fine
            relu
            label a
            conv 8 3x3 pad 1 stride 2
            bn
            relu
            output coarse
            upsample 2
            add a
            conv 5 1x1
            output mixed
            """
        let graph = try Architecture(name: "test", text: text).graph(seed: 7)
        #expect(graph.outputs.map(\.name) == ["fine", "coarse", "mixed"])
        #expect(graph.outputs.map(\.shape) == [[nil, 8, 6, 4], [nil, 8, 3, 2], [nil, 5, 6, 4]])
        let count = 8 * 6 * 4 + 8 * 3 * 2 + 5 * 6 * 4
        try checkGradient(
            text, targetCount: count,
            loss: Trainer.Loss(targetCount: count) { positions, outputs, targets in
                var sum = 0.0
                for picture in 0..<positions.count {
                    var target = picture * count
                    for output in outputs {
                        let size = output.values.count / positions.count
                        for index in picture * size..<(picture + 1) * size {
                            let difference = output.values[index] - targets[target]
                            sum += Double(difference * difference) / 2
                            output.gradient[index] += difference
                            target += 1
                        }
                    }
                }
                return sum
            })
    }

    @Test("of a loss that fails are no step, and its error is the trainer's") func failingLoss() throws {
        let trainer = try Trainer(
            Architecture(name: "test", text: "input 1 4x4\nconv 2 3x3").graph(seed: 1), .init(),
            loss: Trainer.Loss(targetCount: 1) { positions, _, _ throws(ModelError) in
                if positions.contains(17) { throw ModelError(.invalid, "no such face") }
                return 0
            })
        let before = trainer.parameters
        #expect { try trainer.step(rate: 1, seed: 1) { _, _, _ in } } throws: { "\($0)" == "no such face" }
        #expect(trainer.parameters == before)
        #expect(trainer.stepCount == 0)
    }

    @Test("need outputs that the loss can measure") func wrongOutputs() throws {
        let graph = try Architecture(name: "test", text: "input 1 4x4\nconv 2 3x3").graph(seed: 1)
        #expect { _ = try Trainer(graph, .init()) } throws: { "\($0)".contains("no list of classes") }
    }

    @Test("and losses are the same to the bit for any number of threads") func threads() throws {
        let results = try [1, 2, 3].map { threads in
            let network = try Network(
                "input 1 9x9\nconv 4 3x3\nbn\nrelu\ndropout 0.5\ndense 4\nsoftmax", batch: 12, shard: 2,
                threads: threads)
            for step in 0..<5 { _ = try network.trainer.step(rate: 0.1, seed: UInt64(step), fill: network.fill) }
            return network.trainer.parameters
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }

    /// oneDNN computes in bfloat16 on CPUs with AVX-512 only.
    private static let hasBFloat16 =
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512bw ") == true

    @Test(
        "in bfloat16 point the same way as in float32",
        .enabled(if: hasBFloat16, "this CPU has no AVX-512, which bfloat16 needs"))
    func bfloat16() throws {
        let text =
            "input 2 9x8\nconv 16 3x3 pad 1\nbn\nrelu\nlabel a\nconv 16 3x3 pad 1\nbn\nadd a\nrelu\nmaxpool 2x2\nglobalpool\ndense 4\nsoftmax"
        let exact = try Network(text, batch: 8, shard: 8).lossAndGradient()
        let rounded = try Network(text, batch: 8, shard: 8, usesBFloat16: true).lossAndGradient()
        #expect(abs(exact.loss - rounded.loss) < 0.05)
        let product = zip(exact.gradient, rounded.gradient).reduce(0) { $0 + Double($1.0 * $1.1) }
        let lengths = [exact.gradient, rounded.gradient].map { $0.reduce(0) { $0 + Double($1 * $1) }.squareRoot() }
        #expect(product / (lengths[0] * lengths[1]) > 0.97)
    }

    private func checkGradient(
        _ text: String, answers: Int = 1, targetCount: Int? = nil, loss: Trainer.Loss? = nil
    ) throws {
        let network = try Network(
            text, batch: 4, shard: 2, answers: answers, targetCount: targetCount, loss: loss)
        let (loss, gradient) = try network.lossAndGradient()
        let start = network.trainer.parameters
        let step: Float = 0.001
        for slot in network.trainer.layout.slots where slot.kind != .statistic {
            var chance = SplitMix64(99, UInt64(slot.offset))
            for _ in 0..<6 {
                let index = chance.integer(in: slot.offset...(slot.offset + slot.count - 1))
                var slopes = try [step, -step, step / 4, -step / 4].map { change in
                    var changed = start
                    changed[index] += change
                    network.trainer.parameters = changed
                    return (try network.lossAndGradient().loss - loss) / Double(change)
                }
                // Where a loss is curved, the mean of both sides is nearer.
                slopes += [(slopes[0] + slopes[1]) / 2, (slopes[2] + slopes[3]) / 2]
                let expected = Double(gradient[index])
                // Where a ReLU or a maximum tips over between the two points, the slope on that side is another.
                let error = slopes.map { abs($0 - expected) }.reduce(.infinity, min)
                #expect(
                    error < 0.002 + 0.02 * abs(expected),
                    "\(slot.name) \(index): \(expected), but the loss changes by \(slopes)")
            }
        }
    }
}

/// A small network with something to learn from.
private struct Network {
    let trainer: Trainer
    let inputs: [Float]
    let targets: [Float]
    let inputSize: Int
    let classes = 4

    /// - Parameter silencing: the answer that gets no targets.
    init(
        _ text: String, batch: Int, shard: Int, threads: Int = 1, answers: Int = 1, silencing: Int? = nil,
        usesBFloat16: Bool = false, targetCount: Int? = nil, loss: Trainer.Loss? = nil
    ) throws {
        let graph = try Architecture(name: "test", text: text).graph(seed: 7)
        var configuration = Trainer.Configuration()
        configuration.batch = batch
        configuration.shard = shard
        configuration.threads = threads
        configuration.usesBFloat16 = usesBFloat16
        trainer = try Trainer(graph, configuration, loss: loss ?? .crossEntropy(answers: answers))
        var chance = SplitMix64(3)
        // Biases too, so that nothing stays at the neutral value that hides mistakes.
        trainer.parameters = trainer.parameters.map { $0 + 0.2 * (chance.uniform() - 0.5) }
        inputSize = graph.input.shape.dropFirst().reduce(1) { $0 * ($1 ?? 1) }
        inputs = (0..<batch * inputSize).map { _ in 2 * chance.uniform() - 1 }
        let classes = targetCount ?? graph.output.shape.last.flatMap(\.self) ?? 0
        targets = (0..<batch).flatMap { _ in
            let shares = (0..<classes).map { index in
                index / (classes / answers) == silencing ? 0 : chance.uniform()
            }
            // Half of them weigh twice as much.
            let weight: Float = chance.next() & 1 == 0 ? 1 : 2
            return shares.map { weight * $0 / shares.reduce(0, +) }
        }
    }

    var fill: Trainer.Fill {
        let (inputs, targets, inputSize) = (inputs, targets, inputSize)
        let classes = targets.count / (inputs.count / inputSize)
        return { positions, input, target in
            for (row, position) in positions.enumerated() {
                for index in 0..<inputSize { input[row * inputSize + index] = inputs[position * inputSize + index] }
                for index in 0..<classes { target[row * classes + index] = targets[position * classes + index] }
            }
        }
    }

    func lossAndGradient() throws -> (loss: Double, gradient: [Float]) {
        try trainer.lossAndGradient(seed: 5, fill: fill)
    }
}
