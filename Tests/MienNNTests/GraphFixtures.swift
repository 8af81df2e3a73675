import Glibc
import MienNN
import Testing

/// The exponential function, for files that don't know the C library.
func exponential(_ x: Double) -> Double { exp(x) }

/// Builds graphs of one chain of nodes, with weights that are random but the same every time.
struct GraphBuilder {
    var graph: Graph
    private var generator: Random

    init(_ shape: [Int], seed: UInt64 = 1) {
        graph = Graph(
            name: "test", input: .init(name: "x", shape: [nil] + shape.map { $0 }), output: .init(name: "x", shape: []))
        generator = Random(seed: seed)
    }

    /// Appends a node that reads the graph's output, unless inputs are given, and becomes it. Returns its result's name.
    @discardableResult
    mutating func add(
        _ operation: String, _ constants: [Constant] = [], on inputs: [String]? = nil,
        _ attributes: [String: Graph.Attribute] = [:]
    ) -> String {
        let number = graph.nodes.count
        var names = inputs ?? [graph.output.name]
        for (index, constant) in constants.enumerated() {
            let name = "\(operation)\(number).\(index)"
            switch constant {
            case .random(let shape, let scale):
                let count = shape.reduce(1, *)
                graph.tensors[name] = Tensor(shape: shape, values: generator.numbers(count).map { $0 * scale })
            case .positive(let shape):
                let count = shape.reduce(1, *)
                graph.tensors[name] = Tensor(shape: shape, values: generator.numbers(count).map { abs($0) + 0.5 })
            case .scales(let values): graph.tensors[name] = Tensor(shape: [values.count], values: values)
            case .number(let value): graph.tensors[name] = Tensor(shape: [], values: [value])
            case .integers(let values): graph.integers[name] = values
            case .none: break
            }
            if case .none = constant { names.append("") } else { names.append(name) }
        }
        let result = "v\(number)"
        graph.nodes.append(
            .init(operation, name: "\(operation)\(number)", inputs: names, outputs: [result], attributes: attributes))
        graph.output = .init(name: result, shape: [nil])
        return result
    }

    enum Constant {
        case random([Int], scale: Float = 1)
        case positive([Int])
        case number(Float)
        case scales([Float])
        case integers([Int])
        case none
    }

    /// A convolution whose results stay of the size of its inputs.
    mutating func convolve(
        _ inputs: Int, _ outputs: Int, _ size: Int, groups: Int = 1, on input: String? = nil, hasBias: Bool = true,
        _ attributes: [String: Graph.Attribute] = [:]
    ) -> String {
        let inner = inputs / groups
        return add(
            "Conv",
            [.random([outputs, inner, size, size], scale: 1 / Float(inner * size * size).squareRoot())]
                + (hasBias ? [.random([outputs], scale: 0.1)] : []),
            on: input.map { [$0] },
            attributes.merging(["group": .integer(groups)]) { first, _ in first })
    }

    @discardableResult
    mutating func normalise(_ channels: Int, on input: String? = nil) -> String {
        add(
            "BatchNormalization",
            [.positive([channels]), .random([channels]), .random([channels], scale: 0.2), .positive([channels])],
            on: input.map { [$0] }, ["epsilon": .float(1e-3)])
    }

    /// The network of the report that the project starts from: 48x48 to six shares.
    static func report(seed: UInt64 = 1) -> Graph {
        var builder = GraphBuilder([1, 48, 48], seed: seed)
        _ = builder.convolve(1, 15, 5)
        builder.add("Relu")
        builder.add("MaxPool", ["kernel_shape": .integers([5, 5]), "strides": .integers([2, 2])])
        for (inputs, outputs, size) in [(15, 15, 5), (15, 10, 5), (10, 5, 3)] {
            _ = builder.convolve(inputs, outputs, size)
            builder.add("Relu")
        }
        builder.add("Flatten")
        builder.add("Gemm", [.random([500, 1000], scale: 0.05), .random([1000], scale: 0.1)])
        builder.add("Relu")
        builder.add("Gemm", [.random([1000, 6], scale: 0.05), .random([6], scale: 0.1)])
        builder.add("Softmax", ["axis": .integer(1)])
        return builder.graph
    }

    mutating func add(_ operation: String, _ attributes: [String: Graph.Attribute]) {
        add(operation, [], on: nil, attributes)
    }
}

/// SplitMix64, by Steele, Lea and Flood: numbers from -1 to 1.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func numbers(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Float((z ^ (z >> 31)) >> 40) / Float(1 << 23) - 1
        }
    }
}

/// Runs the graph on random samples, all in one batch, and expects what the plain loops give.
func expectAgreement(
    _ graph: Graph, samples: Int = 3, tolerance: Double = 2e-5, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let network = try Network(Model(graph: graph))
    let context = try InferenceContext(network, maximumBatch: samples)
    var random = Random(seed: 99)
    let count = network.inputShape.reduce(1, *)
    let inputs = (0..<samples).map { _ in random.numbers(count) }
    for sample in 0..<samples { _ = context.input(sample).update(fromContentsOf: inputs[sample]) }
    try context.run(count: samples)
    for sample in 0..<samples {
        let expected = PlainRuntime(graph: graph).run(inputs[sample])
        #expect(network.outputs.map { [1] + $0.shape } == expected.map(\.shape), sourceLocation: sourceLocation)
        for (index, expected) in expected.enumerated() {
            let found = context.output(sample, index)
            #expect(found.count == expected.numbers.count, sourceLocation: sourceLocation)
            let worst = zip(found, expected.numbers).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? .infinity
            #expect(worst < tolerance, "sample \(sample), output \(index)", sourceLocation: sourceLocation)
        }
    }
    #expect(
        !network.kernels.contains { $0.kernel.hasPrefix("ref") }, "\(network.kernels)", sourceLocation: sourceLocation)
}
