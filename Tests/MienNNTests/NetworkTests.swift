import CMienAllocations
import MienNN
import Testing

@Suite("Networks")
struct NetworkTests {
    @Test("The report's network gives what plain loops give, and its logits belong to its shares")
    func report() throws {
        try expectAgreement(GraphBuilder.report(), samples: 2)
        let context = try InferenceContext(Network(Model(graph: GraphBuilder.report())))
        var random = Random(seed: 3)
        _ = context.input(0).update(fromContentsOf: random.numbers(48 * 48))
        try context.run(count: 1)
        let logits = try #require(context.logits(0)).map { exponential(Double($0)) }
        for (share, power) in zip(context.output(0), logits) {
            #expect(abs(Double(share) - power / logits.reduce(0, +)) < 1e-6)
        }
    }

    @Test("What a network wants and gives is known without running it")
    func facts() throws {
        let network = try Network(Model(graph: GraphBuilder.report()))
        #expect(network.inputShape == [1, 48, 48])
        #expect(network.outputCount == 6)
        #expect(network.hasLogits)
        #expect(network.picture?.height == 48)
        #expect(network.picture?.hasChannelsLast == false)
        var builder = GraphBuilder([10, 20, 3])
        builder.add("Relu")
        let keras = try #require(try Network(Model(graph: builder.graph)).picture)
        #expect(keras.hasChannelsLast)
        #expect((keras.channels, keras.height, keras.width) == (3, 10, 20))
        builder = GraphBuilder([3, 4, 4])
        builder.add("GlobalAveragePool")
        let bare = try Network(Model(graph: builder.graph))
        #expect(!bare.hasLogits)
        #expect(try InferenceContext(bare).logits(0) == nil)
    }

    /// A trunk with a branch in the middle and two at the end, for pictures of any size, whose end is read by none of them.
    private static func branches() -> Graph {
        var builder = GraphBuilder([1, 12, 16])
        let padded: [String: Graph.Attribute] = ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 2])]
        let fine = builder.convolve(1, 8, 3, padded)
        let fineRectified = builder.add("Relu", on: [fine])
        let coarse = builder.convolve(8, 8, 3, on: fineRectified, padded)
        builder.add("Transpose", [], on: [coarse], ["perm": .integers([0, 2, 3, 1])])
        let list = builder.add("Reshape", [.integers([1, -1, 8])])
        builder.add("Sigmoid", on: [list])
        let shares = builder.graph.output.name
        builder.add(
            "Resize", [.none, .scales([1, 1, 2, 2])], on: [coarse],
            [
                "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
                "nearest_mode": .string("floor"),
            ])
        let sum = builder.add("Add", on: [fineRectified, builder.graph.output.name])
        builder.graph.outputs = [shares, fine, sum, coarse].map { .init(name: $0, shape: []) }
        return builder.graph
    }

    @Test("Several outputs, of which others go on, are each what plain loops give, for pictures of any size")
    func outputs() throws {
        let graph = Self.branches()
        try expectAgreement(graph, samples: 2)
        #expect(
            try Network(Model(graph: graph)).outputs.map(\.shape) == [[12, 8], [8, 6, 8], [8, 6, 8], [8, 3, 4]])
        let open = graph.withPictureSize(height: nil, width: nil)
        #expect(throws: ModelError.self) { try Network(Model(graph: open)) }
        for (height, width) in [(4, 4), (20, 8), (64, 96)] {
            try expectAgreement(open.withPictureSize(height: height, width: width))
            let network = try Network(Model(graph: open), pictureSize: (height, width))
            #expect(network.inputShape == [1, height, width])
            #expect(network.outputs.map(\.name) == graph.outputs.map(\.name))
            #expect(network.outputs[1].shape == [8, height / 2, width / 2])
        }
    }

    @Test("An output of the logits beside that of the shares is one like others")
    func logitsAsOutput() throws {
        var graph = GraphBuilder.report()
        graph.outputs.append(.init(name: graph.nodes[graph.nodes.count - 1].inputs[0], shape: []))
        try expectAgreement(graph)
        #expect(try !Network(Model(graph: graph)).hasLogits)
    }

    @Test("A sample's answer is the same bit by bit in any batch and at any place in it")
    func batchInvariance() throws {
        let network = try Network(Model(graph: GraphBuilder.report()))
        let context = try InferenceContext(network, maximumBatch: 16)
        var random = Random(seed: 5)
        let faces = (0..<16).map { _ in random.numbers(48 * 48) }
        func answers(_ order: [Int]) throws -> [[Float]] {
            for (place, face) in order.enumerated() { _ = context.input(place).update(fromContentsOf: faces[face]) }
            try context.run(count: order.count)
            return order.indices.map { Array(context.output($0)) }
        }
        let alone = try (0..<16).map { try answers([$0])[0] }
        #expect(Set(alone).count == 16)
        for count in 1...16 { #expect(try answers(Array(0..<count)) == Array(alone[..<count])) }
        #expect(try answers((0..<16).reversed()) == alone.reversed())
    }

    @Test("Contexts on several threads share a network and answer alike")
    func threads() async throws {
        let network = try Network(Model(graph: GraphBuilder.report()))
        let answers = try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let context = try InferenceContext(network, maximumBatch: 8)
                    for index in context.input.indices { context.input[index] = Float(index * 7919 % 1000) / 1000 }
                    for _ in 0..<20 { try context.run(count: 8) }
                    return (0..<8).flatMap { context.output($0) }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
    }

    @Test("Repeated batches keep no memory, and what oneDNN takes for a moment goes with the kernels run")
    func memory() throws {
        let context = try InferenceContext(Network(Model(graph: GraphBuilder.report())))
        func made(by count: Int) throws -> Int {
            try context.run(count: count)
            let before = mien_allocations_of_thread()
            try context.run(count: count)
            let after = mien_allocations_of_thread()
            #expect(after.made - before.made == after.freed - before.freed)
            return after.made - before.made
        }
        #expect(try made(by: 16) == 4 * made(by: 4))
        // oneDNN 2.6 makes a handful of small lists for each kernel; the network has eight.
        #expect(try made(by: 1) <= 8 * 30)
    }

    @Test("A network goes through a file unchanged")
    func file() throws {
        let model = Model(graph: GraphBuilder.report())
        let copy = try Model(onnx: model.onnx())
        let contexts = try [model, copy].map { try InferenceContext(Network($0)) }
        for context in contexts {
            for index in context.input.indices { context.input[index] = Float(index % 255) / 255 }
            try context.run(count: 16)
        }
        #expect((0..<16).allSatisfy { contexts[0].output($0).elementsEqual(contexts[1].output($0)) })
    }
}
