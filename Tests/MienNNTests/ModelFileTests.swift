import MienNN
import Testing

@Suite("Models as ONNX files")
struct ModelFileTests {
    static let model = Model(
        graph: Graph(
            name: "tiny",
            nodes: [
                .init(
                    "Conv", name: "c", inputs: ["x", "w", "b"], outputs: ["y"],
                    attributes: [
                        "kernel_shape": .integers([1, 1]), "auto_pad": .string("NOTSET"), "group": .integer(1),
                    ]),
                .init("Clip", name: "k", inputs: ["y", "low", ""], outputs: ["z"]),
                .init(
                    "Reshape", name: "r", inputs: ["z", "shape"], outputs: ["s"], attributes: ["allowzero": .integer(0)]
                ),
                .init("LeakyRelu", name: "l", inputs: ["s"], outputs: ["out"], attributes: ["alpha": .float(0)]),
            ],
            tensors: [
                "w": Tensor(shape: [2, 1, 1, 1], values: [1, -2]), "b": Tensor(shape: [2], values: [0.5, .pi]),
                "low": Tensor(shape: [], values: [0]),
            ],
            integers: ["shape": [0, -1]],
            input: .init(name: "x", shape: [nil, 1, 2, 3]), output: .init(name: "out", shape: [nil, 12])),
        metadata: ["classes": "a b", "temperature": "1.25"], producer: "test 1")

    @Test("What is written is read back the same")
    func roundTrip() throws {
        let bytes = try Self.model.onnx()
        #expect(try Model(onnx: bytes) == Self.model)
        #expect(try Self.model.onnx() == bytes)
    }

    @Test("Several outputs and open sizes are read back the same")
    func outputs() throws {
        let graph = try Architecture.detector.graph(seed: 1).withPictureSize(height: nil, width: nil)
        #expect(graph.outputs.count == 3)
        #expect(try Model(onnx: Model(graph: graph).onnx()).graph == graph)
    }

    @Test("A file cut short at any byte is refused, or says that nothing is in it")
    func cutShort() throws {
        let bytes = try Self.model.onnx()
        for count in 0..<bytes.count {
            do {
                let model = try Model(onnx: Array(bytes[..<count]))
                // Cut between two fields after the network: ONNX has no mark of its end.
                #expect(model.graph.nodes == Self.model.graph.nodes)
            } catch {
                #expect([.broken, .unsupported].contains(error.code), "\(error)")
                #expect(!error.description.contains("\n"))
            }
        }
    }

    @Test("Bytes that are no ONNX model are refused", arguments: ["", "hello world\n", "\u{1}\u{2}\u{3}"])
    func garbage(text: String) {
        let error = #expect(throws: ModelError.self) { try Model(onnx: Array(text.utf8)) }
        #expect(error?.code == .broken)
    }
}
