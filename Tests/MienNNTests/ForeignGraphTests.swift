import MienNN
import Testing

@Suite("Graphs as other programs write them")
struct ForeignGraphTests {
    /// 2x3 weights as a constant of another shape or order, then a dense layer.
    private func dense(_ nodes: [Graph.Node], _ tensor: Tensor, _ integers: [String: [Int]] = [:]) -> Graph {
        Graph(
            name: "dense",
            nodes: nodes + [.init("MatMul", name: "m", inputs: ["x", "w"], outputs: ["y"])],
            tensors: ["c": tensor], integers: integers,
            input: .init(name: "x", shape: [nil, 2]), output: .init(name: "y", shape: [nil, 3]))
    }

    private func run(_ graph: Graph, _ input: [Float]) throws -> [Float] {
        let context = try InferenceContext(Network(Model(graph: graph)))
        _ = context.input.update(from: input)
        try context.run(count: 1)
        return withExtendedLifetime(context) { Array(context.output(0)) }
    }

    @Test("Weights brought into another shape are constants, as CNTK's exporter leaves them")
    func reshapedConstants() throws {
        let expected: [Float] = [1 + 40, 2 + 50, 3 + 60]
        let flat = Tensor(shape: [1, 6, 1], values: [1, 2, 3, 4, 5, 6])
        for wanted in [[2, 3], [-1, 3], [2, -1]] {
            let reshape = Graph.Node("Reshape", name: "r", inputs: ["c", "s"], outputs: ["w"])
            #expect(try run(dense([reshape], flat, ["s": wanted]), [1, 10]) == expected)
        }
        let transposed = Tensor(shape: [3, 2], values: [1, 4, 2, 5, 3, 6])
        let transpose = Graph.Node(
            "Transpose", name: "t", inputs: ["c"], outputs: ["w"], attributes: ["perm": .integers([1, 0])])
        #expect(try run(dense([transpose], transposed), [1, 10]) == expected)
        let odd = Graph.Node("Reshape", name: "r", inputs: ["c", "s"], outputs: ["w"])
        let error = #expect(throws: ModelError.self) { try run(dense([odd], flat, ["s": [4, -1]]), [1, 10]) }
        #expect(error?.description == "node 'r' (Reshape): to [4, -1] from [1, 6, 1]")
    }

    @Test("Sizes calculated from sizes are known beforehand")
    func calculatedSizes() throws {
        let graph = Graph(
            name: "sizes",
            nodes: [
                .init("Shape", name: "s", inputs: ["x"], outputs: ["size"]),
                .init("Gather", name: "g", inputs: ["size", "one"], outputs: ["channels"]),
                .init("Mul", name: "m", inputs: ["channels", "nine"], outputs: ["product"]),
                .init("Div", name: "d", inputs: ["product", "one"], outputs: ["count"]),
                .init("Concat", name: "c", inputs: ["open", "count"], outputs: ["shape"]),
                .init("Reshape", name: "r", inputs: ["x", "shape"], outputs: ["y"]),
            ],
            integers: ["one": [1], "nine": [9], "open": [-1]],
            input: .init(name: "x", shape: [nil, 2, 3, 3]), output: .init(name: "y", shape: [nil, nil]))
        #expect(try run(graph, (0..<18).map { Float($0) }) == (0..<18).map { Float($0) })
    }

    @Test("Zeros around a picture become the padding of the convolution that reads it", arguments: [false, true])
    func padding(isAttribute: Bool) throws {
        var builder = GraphBuilder([2, 7, 6])
        _ = builder.convolve(2, 4, 3, ["pads": .integers([1, 2, 1, 0]), "strides": .integers([2, 2])])
        let plain = builder.graph
        var padded = plain
        let pads = [0, 0, 1, 1, 0, 0, 1, 0]
        padded.nodes[0].attributes["pads"] = .integers([0, 1, 0, 0])
        padded.nodes[0].inputs[0] = "padded"
        if !isAttribute { padded.integers["pads"] = pads }
        padded.nodes.insert(
            Graph.Node(
                "Pad", name: "pad", inputs: isAttribute ? ["x"] : ["x", "pads"], outputs: ["padded"],
                attributes: isAttribute ? ["pads": .integers(pads), "mode": .string("constant")] : [:]), at: 0)
        let input = (0..<84).map { Float($0 * 37 % 19) - 9 }
        #expect(try run(padded, input) == run(plain, input))

        padded.nodes[0].attributes["mode"] = .string("reflect")
        let error = #expect(throws: ModelError.self) { try run(padded, input) }
        #expect(error?.description.hasPrefix("node 'pad' (Pad): this operator is not supported") == true)
    }

    @Test("Padding that is calculated from a list turned over and over is known, as PyTorch's older exporter writes it")
    func calculatedPadding() throws {
        var builder = GraphBuilder([2, 7, 6])
        _ = builder.convolve(2, 4, 3, ["pads": .integers([1, 2, 3, 4])])
        let plain = builder.graph
        var padded = plain
        padded.nodes[0].attributes["pads"] = nil
        padded.nodes[0].inputs[0] = "padded"
        // (left, right), (top, bottom), then what is missing: zeros.
        padded.integers = [
            "given": [2, 4, 1, 3], "missing": [4], "pairs": [-1, 2], "flat": [-1], "from": [-1],
            "to": [.min + 1], "axis": [0], "step": [-1],
        ]
        padded.tensors["zero"] = Tensor(shape: [], values: [0])
        padded.nodes.insert(
            contentsOf: [
                .init(
                    "ConstantOfShape", name: "o", inputs: ["missing"], outputs: ["zeros"],
                    attributes: ["value": .integers([0])]),
                .init("Concat", name: "c", inputs: ["given", "zeros"], outputs: ["all"]),
                .init("Reshape", name: "r", inputs: ["all", "pairs"], outputs: ["table"]),
                .init("Slice", name: "s", inputs: ["table", "from", "to", "axis", "step"], outputs: ["reversed"]),
                .init("Transpose", name: "t", inputs: ["reversed"], outputs: ["columns"]),
                .init("Reshape", name: "f", inputs: ["columns", "flat"], outputs: ["list"]),
                .init("Cast", name: "i", inputs: ["list"], outputs: ["pads"], attributes: ["to": .integer(7)]),
                .init("Pad", name: "p", inputs: ["x", "pads", "zero"], outputs: ["padded"]),
            ], at: 0)
        let input = (0..<84).map { Float($0 * 37 % 19) - 9 }
        #expect(try run(padded, input) == run(plain, input))
    }

    @Test("Padding before a picture is transposed is padding after it, as TensorFlow's exporter needs it")
    func transposedPadding() throws {
        var builder = GraphBuilder([2, 7, 6])
        _ = builder.convolve(2, 4, 3, ["pads": .integers([1, 2, 3, 4])])
        let plain = builder.graph
        var padded = plain
        padded.input.shape = [nil, 7, 6, 2]
        padded.nodes[0].attributes["pads"] = nil
        padded.nodes[0].inputs[0] = "turned"
        padded.integers["pads"] = [0, 1, 2, 0, 0, 3, 4, 0]
        padded.nodes.insert(
            contentsOf: [
                .init("Pad", name: "p", inputs: ["x", "pads"], outputs: ["padded"]),
                .init(
                    "Transpose", name: "t", inputs: ["padded"], outputs: ["turned"],
                    attributes: ["perm": .integers([0, 3, 1, 2])]),
            ], at: 0)
        let input = (0..<84).map { Float($0 * 37 % 19) - 9 }
        let channelsLast = (0..<84).map { input[$0 % 2 * 42 + $0 / 2] }
        #expect(try run(padded, channelsLast) == run(plain, input))
    }

    @Test("What a convolution adds to its own input is not written over it")
    func ownInput() throws {
        var builder = GraphBuilder([3, 9, 9])
        let x = builder.convolve(3, 8, 3, ["pads": .integers([1, 1, 1, 1])])
        let y = builder.convolve(8, 8, 3, on: x, ["pads": .integers([1, 1, 1, 1])])
        builder.add("Add", [], on: [x, y])
        try expectAgreement(builder.graph)
    }

    @Test("Weights in a file beside the model's are read from there")
    func externalData() throws {
        // What protobuf makes of a model whose one constant, w of 2x3, is bytes 8 to 32 of "w.data".
        let bytes = ExternalModel.bytes(location: "w.data", offset: "8", length: "24")
        let values: [Float] = [9, 9, 1, 2, 3, 4, 5, 6]
        let data = values.withUnsafeBytes { Array($0) }
        var asked: [String] = []
        let model = try Model(onnx: bytes) { name throws(ModelError) in
            asked.append(name)
            return data
        }
        #expect(asked == ["w.data"])
        #expect(model.graph.tensors["w"] == Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
        #expect(try run(model.graph, [1, 10]) == [41, 52, 63])
    }

    @Test(
        "Weights that can't be where the model says are refused",
        arguments: [
            ("../w.data", "8", "24", "constant 'w' lies in another file, '../w.data', which is none beside the model"),
            (
                "/etc/passwd", "0", "24",
                "constant 'w' lies in another file, '/etc/passwd', which is none beside the model"
            ),
            ("w.data", "16", "24", "constant 'w' should lie in w.data from byte 16 on, and that has 32 bytes"),
            (
                "w.data", "9223372036854775807", "24",
                "constant 'w' should lie in w.data from byte 9223372036854775807 on"
            ),
            ("w.data", "-1", "24", "constant 'w' should lie at an impossible place in w.data"),
            ("w.data", "8", "20", "constant 'w' of shape [2, 3] needs 6 values, and the file has 5"),
        ])
    func wrongExternalData(_ location: String, _ offset: String, _ length: String, _ message: String) {
        let error = #expect(throws: ModelError.self) {
            try Model(onnx: ExternalModel.bytes(location: location, offset: offset, length: length)) { _ in
                [UInt8](repeating: 0, count: 32)
            }
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test("Constants that all name the same bytes may not ask for more memory than there is")
    func sharedExternalData() {
        let data = [UInt8](repeating: 0, count: 1 << 24)
        let bytes = ExternalModel.bytes(location: "w.data", offset: "0", length: "16777216", constants: 33)
        let error = #expect(throws: ModelError.self) { try Model(onnx: bytes) { _ in data } }
        #expect(error?.description == "the weights outside the model's file have more than 512 MB")
    }
}

/// Bytes of an ONNX file, put together by hand: our writer keeps weights inside.
private enum ExternalModel {
    static func bytes(location: String, offset: String, length: String, constants: Int = 1) -> [UInt8] {
        func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
            [number << 3 | 2, UInt8(content.count)] + content
        }
        func text(_ number: UInt8, _ content: String) -> [UInt8] { field(number, Array(content.utf8)) }
        func value(_ name: String, _ width: UInt8) -> [UInt8] {
            let shape = field(1, text(2, "n")) + field(1, [8, width])
            return text(1, name) + field(2, field(1, [8, 1] + field(2, shape)))
        }
        let facts = [("location", location), ("offset", offset), ("length", length)].flatMap {
            field(13, text(1, $0) + text(2, $1))
        }
        let tensor = field(1, [2, 3]) + [16, 1] + text(8, "w") + facts + [14 << 3, 1]
        let node = text(1, "x") + text(1, "w") + text(2, "y") + text(3, "m") + text(4, "MatMul")
        let tensors = (0..<constants).flatMap { _ in field(5, tensor) }
        let graph =
            field(1, node) + text(2, "g") + tensors + field(11, value("x", 2)) + field(12, value("y", 3))
        let size = [UInt8(graph.count & 0x7F | 0x80), UInt8(graph.count >> 7)]
        return [8, 8] + [7 << 3 | 2] + size + graph + field(8, [16, 17])
    }
}
