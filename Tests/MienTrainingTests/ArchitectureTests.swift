import MienNN
import Testing

@Suite("Architectures") struct ArchitectureTests {
    @Test("the report's network has the parameters that are known of it") func reportNetwork() throws {
        let graph = try Architecture.report.graph(seed: 1)
        let layout = try ParameterLayout(graph)
        #expect(layout.learntCount == 517_251)
        #expect(graph.input.shape == [nil, 1, 48, 48])
        #expect(graph.output.shape == [nil, 6])
        #expect(layout.slots.filter { $0.dimensions.count == 2 }.map(\.dimensions) == [[1000, 500], [6, 1000]])
    }

    @Test("the detector has fewer than 100,000 parameters, and three outputs of six numbers for each place")
    func detector() throws {
        let graph = try Architecture.detector.graph(seed: 1)
        #expect(try ParameterLayout(graph).learntCount < 100_000)
        #expect(graph.outputs.map(\.name) == ["stride8", "stride16", "stride32"])
        #expect(graph.outputs.map(\.shape) == [[nil, 6, 24, 40], [nil, 6, 12, 20], [nil, 6, 6, 10]])
        #expect(Architecture.detector.identity == "detector")
    }

    @Test("the same seed gives the same weights, of a spread that keeps the signal's size") func weights() throws {
        let first = try Architecture.report.graph(seed: 1)
        #expect(try Architecture.report.graph(seed: 1) == first)
        #expect(try Architecture.report.graph(seed: 2) != first)
        let weights = try #require(first.tensors["Gemm1.weight"]?.values)
        let mean = weights.reduce(0, +) / Float(weights.count)
        let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(weights.count)
        #expect(abs(mean) < 0.001)
        #expect(abs(variance - 2.0 / 500) < 0.0001)
    }

    @Test(
        "a line that makes no sense is named",
        arguments: [
            ("conv 3 3x3", "line 1, \"conv 3 3x3\": the first line must be the input, such as: input 1 48x48"),
            ("input 1 8x8\nconv 3", "line 2, \"conv 3\": the kernel's size is missing"),
            (
                "input 1 8x8\n\n# words\nconv 3 9x9",
                "line 4, \"conv 3 9x9\": the window is larger than the picture of 8x8"
            ),
            ("input 1 8x8\nconv 3 3x3 4", "line 2, \"conv 3 3x3 4\": there is more than conv takes"),
            ("input 1 8x8\nblur", "line 2, \"blur\": there is no layer blur"),
            ("input 1 8x8\nadd a", "line 2, \"add a\": there is no label a above"),
            ("input 1 8x8\nlabel a\nconv 2 1x1\nadd a", "line 4, \"add a\": [2, 8, 8] and [1, 8, 8] don't go together"),
            ("input 1 8x8\ndropout 1", "line 2, \"dropout 1\": the share must be from 0 to below 1"),
            (
                "input 1 8x8\nconv 4 3x3 groups 3",
                "line 2, \"conv 4 3x3 groups 3\": 1 and 4 channels can't be cut into 3 groups"
            ),
            (
                "input 1 8x8\ndense 9223372036854775807",
                "line 2, \"dense 9223372036854775807\": the number of outputs must be a number from 1 to 16384"
            ),
            (
                "input 1 8x8\nconv 4 3x3 pad 9223372036854775807",
                "line 2, \"conv 4 3x3 pad 9223372036854775807\": pad needs a number up to 16384"
            ),
            (
                "input 1 8x8\nconv 4 3x3 pad 16384",
                "line 2, \"conv 4 3x3 pad 16384\": what comes out, [4, 32774, 32774], is too large to be learnt from"
            ),
            (
                "input 16384 8x8\nconv 16384 3x3",
                "line 2, \"conv 16384 3x3\": its weights, [16384, 16384, 3, 3], are more than 33554432"
            ),
            ("input 1 8x8\ndense 5\nupsample 2", "line 3, \"upsample 2\": it needs a picture, not a list"),
            (
                "input 1 8x8\nupsample 16384",
                "line 2, \"upsample 16384\": what comes out, [1, 131072, 131072], is too large to be learnt from"
            ),
            ("input 1 8x8\noutput a", "line 2, \"output a\": it comes before any layer"),
            ("input 1 8x8\nrelu\noutput a\nrelu\noutput a", "line 5, \"output a\": this place or name is taken"),
            ("input 1 8x8\nrelu\noutput a\noutput b", "line 4, \"output b\": this place or name is taken"),
            ("input 1 8x8\nrelu\nrelu\noutput Relu1.out", "line 4, \"output Relu1.out\": this place or name is taken"),
            ("input 1 8x8\ndense 5\nconv 4 3x3", "line 3, \"conv 4 3x3\": it needs a picture, not a list"),
        ])
    func mistakes(_ text: String, _ message: String) {
        let error = #expect(throws: ModelError.self) { try Architecture(name: "a", text: text).graph(seed: 1) }
        #expect(error?.description == "architecture a, \(message)")
    }

    @Test("layers behind the last output are a mistake") func deadEnd() {
        let text = "input 1 8x8\nrelu\noutput a\nrelu"
        let error = #expect(throws: ModelError.self) { try Architecture(name: "a", text: text).graph(seed: 1) }
        #expect(error?.description == "architecture a: what comes after its last output goes nowhere")
    }

    @Test("lines may end as on Windows") func lineEnds() throws {
        let graphs = try ["\n", "\r\n"].map { end in
            try Architecture(name: "a", text: ["input 1 8x8", "dense 6", "softmax"].joined(separator: end)).graph(
                seed: 1)
        }
        #expect(graphs[0] == graphs[1])
    }

    @Test("an architecture has an identity: its name alone where it is built in, else what stands in it too")
    func identity() {
        #expect(Architecture.mien.identity == "mien")
        let texts = ["input 1 8x8\ndense 6", "input 1 8x8\ndense 7"].map { Architecture(name: "mien", text: $0) }
        #expect(texts.allSatisfy { $0.identity.hasPrefix("mien ") } && texts[0].identity != texts[1].identity)
    }

    @Test("a name that is not built in is read as a file") func file() throws {
        let found = try Architecture(named: "x/small.txt") { path in
            #expect(path == "x/small.txt")
            return Array("input 1 8x8\ndense 6\nsoftmax".utf8)
        }
        #expect(found.name == "small")
        #expect(try Architecture(named: "report") { _ in [] }.text == Architecture.report.text)
    }
}
