import MienNN
import Testing

@Suite("Models that can't be run are refused in one line that names the node")
struct RefusalTests {
    /// A small sound network, to be spoiled.
    private static func sound() -> GraphBuilder {
        var builder = GraphBuilder([1, 8, 8])
        _ = builder.convolve(1, 4, 3)
        builder.add("Relu")
        builder.add("Flatten")
        builder.add("Gemm", [.random([144, 3]), .random([3])])
        return builder
    }

    private func expectRefusal(
        _ graph: Graph, _ code: ModelError.Code, naming words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
            try Network(Model(graph: graph))
        }
        #expect(error?.code == code, sourceLocation: sourceLocation)
        let text = error?.description ?? ""
        for word in words { #expect(text.contains(word), sourceLocation: sourceLocation) }
        #expect(!text.contains("\n"), sourceLocation: sourceLocation)
    }

    @Test("An operator that we don't have")
    func operation() {
        var graph = Self.sound().graph
        graph.nodes[1].operation = "Einsum"
        expectRefusal(graph, .unsupported, naming: "Relu1", "Einsum")
    }

    @Test("A name with line breaks in it, as long as a book")
    func names() {
        var graph = Self.sound().graph
        graph.nodes[1].operation = "Relu\n\u{1B}[2J" + String(repeating: "x", count: 1 << 20)
        expectRefusal(graph, .unsupported, naming: "Relu1")
        let error = #expect(throws: ModelError.self) { try Network(Model(graph: graph)) }
        #expect((error?.description.count ?? 0) < 2000)
        #expect(error?.description.contains("\u{1B}") == false)
    }

    @Test("Lists of whole numbers that double without an end")
    func doubling() {
        var graph = Self.sound().graph
        graph.integers["one"] = [1]
        graph.nodes.insert(
            contentsOf: (0..<41).map { number in
                let last = number == 0 ? "one" : "list\(number)"
                return .init(
                    "Concat", name: "Concat\(number)", inputs: [last, last], outputs: ["list\(number + 1)"],
                    attributes: ["axis": .integer(0)])
            }, at: 0)
        expectRefusal(graph, .unsupported, naming: "Concat12", "of more than 4096 whole numbers")
    }

    @Test("A value that nobody computes")
    func missing() {
        var graph = Self.sound().graph
        graph.nodes[1].inputs = ["nowhere"]
        expectRefusal(graph, .invalid, naming: "Relu1", "nowhere")
    }

    @Test("Weights that aren't there")
    func missingWeights() {
        var graph = Self.sound().graph
        graph.tensors["Conv0.0"] = nil
        expectRefusal(graph, .invalid, naming: "Conv0", "Conv0.0")
    }

    @Test("A circle")
    func circle() {
        var graph = Self.sound().graph
        graph.nodes[0].inputs[0] = graph.nodes[1].outputs[0]
        expectRefusal(graph, .invalid, naming: "Conv0", "circle")
    }

    @Test("Shapes that don't go together")
    func shapes() {
        var graph = Self.sound().graph
        graph.input.shape = [nil, 2, 8, 8]
        expectRefusal(graph, .invalid, naming: "Conv0", "2 channels")
        graph = Self.sound().graph
        graph.input.shape = [nil, 1, 9, 8]
        expectRefusal(graph, .invalid, naming: "Gemm3")
        graph.input.shape = [nil, 1, 2, 8]
        expectRefusal(graph, .invalid, naming: "Conv0", "larger")
    }

    @Test("An input of open size, or of terabytes")
    func inputSize() {
        var graph = Self.sound().graph
        graph.input.shape = [nil, 1, nil, 8]
        expectRefusal(graph, .unsupported, naming: "1x?x8")
        graph.input.shape = [nil, 1, 1 << 40, 1 << 40]
        expectRefusal(graph, .unsupported, naming: "1099511627776")
    }

    @Test(
        "Attributes out of all bounds",
        arguments: [
            ("strides", .integers([0, 1])), ("strides", .integers([1])), ("pads", .integers([1 << 40, 0, 0, 0])),
            ("pads", .integers([-1, 0, 0, 0])), ("dilations", .integers([1, .max])), ("group", .integer(0)),
            ("group", .integer(-1)), ("group", .integer(.max)), ("auto_pad", .string("MAYBE")),
            ("kernel_shape", .integers([5, 5])), ("strides", .float(1)),
        ] as [(String, Graph.Attribute)])
    func attributes(name: String, value: Graph.Attribute) {
        var graph = Self.sound().graph
        graph.nodes[0].attributes[name] = value
        let error = #expect(throws: ModelError.self) { try Network(Model(graph: graph)) }
        #expect(error?.description.contains("Conv0") == true)
    }

    @Test("Tensors of terabytes between the nodes")
    func hugeTensors() {
        var builder = GraphBuilder([1, 8, 8])
        for _ in 0..<4 {
            _ = builder.convolve(1, 1, 1, ["pads": .integers([9999, 9999, 9999, 9999])])
        }
        expectRefusal(builder.graph, .invalid, naming: "too large")
    }

    @Test(
        "Shapes that can't be reached",
        arguments: [[0, 0, 0], [-1, -1], [1, 63], [Int.max, 2], [2, 32], [-2, -32], []])
    func reshaping(shape: [Int]) {
        var builder = GraphBuilder([64])
        builder.add("Reshape", [.integers(shape)])
        let error = #expect(throws: ModelError.self) { try Network(Model(graph: builder.graph)) }
        #expect(error?.description.contains("Reshape0") == true)
    }

    @Test("A network that would take hours for a face")
    func endlessWork() {
        var builder = GraphBuilder([1, 2000, 2000])
        builder.add("MaxPool", ["kernel_shape": .integers([1000, 1000])])
        expectRefusal(builder.graph, .unsupported, naming: "billion operations")
    }

    /// Found by fuzzing.
    @Test("Whole numbers whose counts or products are beyond all bounds")
    func hugeIntegers() {
        var graph = Self.sound().graph
        graph.integers = ["one": [1], "none": [], "huge": [4096, .max], "negative": [-2, -2], "four": [1, 2, 3, 4]]
        let one = Graph.Attribute.integers([1])
        let nodes: [Graph.Node] = [
            .init("Add", name: "sum", inputs: ["one", "none"], outputs: ["a"]),
            .init("ConstantOfShape", name: "full", inputs: ["huge"], outputs: ["b"], attributes: ["value": one]),
            .init("Reshape", name: "table", inputs: ["four", "negative"], outputs: ["c"]),
            .init("Transpose", name: "turn", inputs: ["c"], outputs: ["d"]),
        ]
        for count in 1...nodes.count {
            graph.nodes = Array(nodes[..<count]) + Self.sound().graph.nodes
            // Whether it runs or is refused doesn't matter.
            _ = try? Network(Model(graph: graph))
        }
    }

    @Test("An empty constant whose other sizes are beyond all bounds can be turned")
    func emptyConstant() throws {
        var graph = Self.sound().graph
        graph.tensors["empty"] = Tensor(shape: [0, 1 << 40, 1 << 40], values: [])
        graph.nodes.insert(.init("Transpose", name: "turn", inputs: ["empty"], outputs: ["e"]), at: 0)
        _ = try Network(Model(graph: graph))
    }

    @Test("Two operands of different shapes")
    func operands() {
        var builder = GraphBuilder([4, 8, 8])
        let x = builder.convolve(4, 4, 1)
        let y = builder.convolve(4, 4, 3)
        builder.add("Add", on: [x, y])
        expectRefusal(builder.graph, .unsupported, naming: "Add2", "[1, 4, 8, 8]", "[1, 4, 6, 6]")
    }

    @Test("An output that nothing computes")
    func output() {
        var graph = Self.sound().graph
        graph.outputs.append(.init(name: "elsewhere", shape: []))
        expectRefusal(graph, .invalid, naming: "elsewhere")
        graph.outputs.removeFirst()
        expectRefusal(graph, .invalid, naming: "elsewhere")
    }

    @Test("An output a thousand times, of gigabytes together")
    func manyOutputs() {
        var builder = GraphBuilder([1, 512, 512])
        builder.add("Relu")
        builder.graph.outputs = Array(repeating: builder.graph.output, count: 1000)
        expectRefusal(builder.graph, .unsupported, naming: "1000 outputs", "too large")
    }

    @Test("A picture's size for what takes no picture, and one of nothing or of terabytes")
    func pictureSize() {
        let list = GraphBuilder([64]).graph
        #expect { try Network(Model(graph: list), pictureSize: (8, 8)) } throws: { "\($0)".contains("no picture") }
        let graph = try? Architecture.detector.graph(seed: 1)
        for size in [(0, 8), (-8, 8), (1 << 40, 1 << 40), (.max, 2)] {
            #expect(throws: ModelError.self) { try Network(Model(graph: graph ?? list), pictureSize: size) }
        }
    }

    @Test(
        "Pictures resized in ways that we don't have, or to what can't be",
        arguments: [
            (["mode": "cubic"], [1, 1, 2, 2], "mode 'cubic'"),
            (["mode": "linear", "coordinate_transformation_mode": "align_corners"], [1, 1, 2, 2], "'align_corners'"),
            (["nearest_mode": "ceil"], [1, 1, 2, 2], "'ceil'"),
            ([:], [1, 1, 1.5, 2], "whole factors, 8x8 to 12x16"), ([:], [1, 2, 2, 2], "channels, 4 to 8"),
            ([:], [2, 1, 2, 2], "[2.0, 1.0, 2.0, 2.0]"), ([:], [1, 1, 2], "[1.0, 1.0, 2.0]"),
            ([:], [1, 1, .nan, 2], "whole number"), ([:], [1, 1, .infinity, 2], "whole number"),
            ([:], [1, 1, 1e12, 2], "too large"), ([:], [1, 1, 0, 2], "too large"), ([:], [1, 1, -2, 2], "too large"),
            ([:], [1, 1, 1.01, 2], "whole number"),
            (["keep_aspect_ratio_policy": "not_larger"], [1, 1, 2, 2], "policy"),
        ] as [([String: String], [Float], String)])
    func resizing(attributes: [String: String], scales: [Float], reason: String) {
        var builder = GraphBuilder([4, 8, 8])
        builder.add("Resize", [.none, .scales(scales)], on: nil, attributes.mapValues { .string($0) })
        let error = #expect(throws: ModelError.self) { try Network(Model(graph: builder.graph)) }
        #expect(error?.description.contains("Resize0") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
