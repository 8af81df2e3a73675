@testable import MienNN
@testable import MienVision

extension Harness {
    /// The bytes of an ONNX file, all the way to an answer.
    static let model = Harness(
        name: "model",
        seeds: { (1...60).compactMap { try? Model(graph: randomGraph(Choices(noise(200, seed: $0)))).onnx() } },
        run: { bytes in
            guard let model = try? Model(onnx: bytes, outside: { _ throws(ModelError) in noise(1000, seed: 1) }) else {
                return
            }
            compute(model)
            _ = try? ExpressionModel(model, from: "fuzz.onnx")
        })

    /// A graph of known operators, connected and parametrised by chance: goes deeper than bytes do.
    static let graph = Harness(
        name: "graph", seeds: { (1...60).map { noise(200, seed: $0) } },
        run: { compute(Model(graph: randomGraph(Choices($0)))) })
}

/// Runs a model if it is accepted and small.
private func compute(_ model: Model) {
    guard let network = try? Network(model), network.contextByteCount < 1 << 22,
        let context = try? InferenceContext(network, maximumBatch: 5)
    else { return }
    for index in context.input.indices { context.input[index] = Float(index % 7) - 3 }
    try? context.run(count: 5)
    // Every answer can be read.
    for sample in 0..<5 {
        for index in network.outputs.indices { _ = context.output(sample, index).reduce(0, +) }
        _ = context.logits(sample)?.reduce(0, +)
    }
}

private let operations = readers.keys.sorted() + ["Pad", "ConstantOfShape", "LogSoftmax", "Einsum"]
private let attributes = [
    "kernel_shape", "strides", "pads", "dilations", "auto_pad", "group", "axis", "axes", "perm", "keepdims", "alpha",
    "beta", "min", "max", "ceil_mode", "count_include_pad", "transA", "transB", "allowzero", "mode", "value", "shape",
    "epsilon", "to", "starts", "ends", "start", "end", "coordinate_transformation_mode", "nearest_mode", "antialias",
]

private func randomGraph(_ choices: consuming Choices) -> Graph {
    var choices = choices
    let rank = choices.element(of: [4, 4, 4, 2, 3])
    let input = (1..<rank).map { _ in choices.integer(in: 1...9) }
    var graph = Graph(
        name: "fuzz", input: .init(name: "v", shape: [nil] + input.map { $0 }), output: .init(name: "v", shape: []),
        operatorSet: choices.element(of: [17, 7, 9, 11, 12, 13, 18, 23]))
    var values = ["v"]
    for number in 0..<choices.integer(in: 1...7) {
        let operation = choices.element(of: operations)
        var inputs = [choices.integer(in: 0...3) == 0 ? choices.element(of: values) : values[values.count - 1]]
        for index in 0..<choices.integer(in: 0...4) {
            let name = "\(number).\(index)"
            switch choices.integer(in: 0...3) {
            case 0:
                inputs.append(choices.element(of: values))
                continue
            case 1: graph.integers[name] = list(&choices)
            default: graph.tensors[name] = tensor(&choices)
            }
            inputs.append(name)
        }
        var node = Graph.Node(operation, name: "node \(number)", inputs: inputs, outputs: ["v\(number)"])
        for _ in 0..<choices.integer(in: 0...4) {
            node.attributes[choices.element(of: attributes)] = attribute(&choices)
        }
        graph.nodes.append(node)
        values.append("v\(number)")
    }
    graph.output.name = values[values.count - 1]
    for _ in 0..<choices.element(of: [0, 0, 0, 1, 2]) {
        graph.outputs.append(.init(name: choices.element(of: values), shape: []))
    }
    return graph
}

private func integer(_ choices: inout Choices) -> Int {
    let odd = [0, -1, 8, 16, 99, 4096, 1 << 20, 1 << 31, 1 << 40, Int.max, Int.min, -2, -4]
    return choices.integer(in: 0...3) == 0 ? choices.element(of: odd) : choices.integer(in: 0...3)
}

private func list(_ choices: inout Choices) -> [Int] {
    (0..<choices.element(of: [2, 4, 1, 3, 8, 0, 5])).map { _ in integer(&choices) }
}

private func tensor(_ choices: inout Choices) -> Tensor {
    let shape = (0..<choices.element(of: [4, 1, 2, 0, 3, 5])).map { _ in choices.integer(in: 0...4) }
    let count = shape.reduce(1, *)
    return Tensor(shape: shape, values: (0..<count).map { Float($0 % 5) - 1.5 })
}

private func attribute(_ choices: inout Choices) -> Graph.Attribute {
    switch choices.integer(in: 0...5) {
    case 0: .float(choices.element(of: [0, 1, -1, 0.5, .infinity, .nan, .greatestFiniteMagnitude]))
    case 1:
        .string(
            choices.element(of: [
                "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "constant", "reflect", "", "nearest", "linear",
                "asymmetric", "half_pixel", "floor",
            ]))
    case 2: .integer(integer(&choices))
    case 3: .tensor(tensor(&choices))
    case 4: .floats([1, 2])
    default: .integers(list(&choices))
    }
}
