import MienNN
import MienTraining
import Testing

@Suite("Growing") struct GrowthTests {
    private let scratch = Scratch()

    private func architecture(blocks: Int) -> Architecture {
        let convolution = "conv 4 3x3 pad 1 nobias\nbn\n"
        let parts = (0..<blocks).map { "label a\($0)\n\(convolution)relu\n\(convolution)add a\($0)\nrelu\n" }
        return Architecture(
            name: "blocks\(blocks)",
            text: "input 1 48x48\nconv 4 5x5 stride 4 nobias\nbn\nrelu\n" + parts.joined()
                + "globalpool\ndense 6\nsoftmax")
    }

    /// After an epoch.
    private func trained(_ graph: Graph, _ name: String) throws -> Model {
        var recipe = Recipe()
        (recipe.epochs, recipe.batch, recipe.learningRate) = (1, 32, 0.01)
        let run = try TrainingRun(recipe, graph, pictures: .bars(each: 20), teachers: nil, threads: 1)
        _ = try run.run(checkpoint: scratch.file("\(name).checkpoint"))
        return try run.model(name: name, data: "bars")
    }

    private func learnt() throws -> StartingNetwork {
        let file = scratch.file("first.onnx")
        try File.replace(file, with: trained(architecture(blocks: 1).graph(seed: 1), "first").onnx())
        return try StartingNetwork(file)
    }

    private func answers(_ graph: Graph) throws -> [Float] {
        let context = try InferenceContext(Network(Model(graph: graph)))
        for index in context.input.indices { context.input[index] = Float(index * 7919 % 255) / 127 - 1 }
        try context.run(count: 2)
        return (0..<2).flatMap { context.output($0) }
    }

    @Test("a network that has grown answers as it did, and its new blocks learn")
    func growth() throws {
        let start = try learnt()
        let grown = try start.grown(to: architecture(blocks: 3).graph(seed: 2))
        #expect(grown.nodes.count { $0.operation == "Add" } == 3)
        let (before, after) = try (answers(start.graph), answers(grown))
        #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(try answers(architecture(blocks: 3).graph(seed: 2)) != after)

        let graph = try trained(grown, "second").graph
        let last = try #require(graph.nodes.last { $0.operation == "BatchNormalization" })
        let scale = try #require(graph.tensors[last.inputs[1]])
        #expect(scale.values.contains { abs($0) > 1e-4 })
    }

    @Test("an architecture without a layer that has learnt is refused")
    func refusal() throws {
        let start = try learnt()
        let reason = "the architecture blocks0 cannot go on from \(start.name): it has no place for what Conv"
        #expect { try start.grown(to: architecture(blocks: 0).graph(seed: 2)) } throws: { "\($0)".hasPrefix(reason) }
    }
}
