/// A graph understood: layers with checked operators, and the shape of each value for one sample.
struct LayerList {
    struct Layer {
        var name: String
        var operation: any Operator
        /// Values, by number.
        var inputs: [Int]
        var output: Int
    }

    var layers: [Layer] = []
    /// Of each value, for one sample: the first dimension is 1.
    var shapes: [[Int]]
    /// The value that comes from outside is number 0.
    var outputs: [Int] = []

    /// - Throws: `ModelError`, naming the node that can't be run and why.
    init(_ graph: Graph) throws(ModelError) {
        var graph = graph.withKnownIntegers().withPaddingInConvolutions()
        shapes = [try graph.inputShape()]
        var values = [graph.input.name: 0]
        for node in graph.nodes {
            let inputs = try node.inputs.map { name throws(ModelError) -> Int? in
                guard !name.isEmpty, graph.tensors[name] == nil, graph.integers[name] == nil else { return nil }
                guard let value = values[name] else { throw graph.missing(name, for: node) }
                return value
            }
            let shapes = shapes
            let reader = CheckedNode(node: node, graph: graph, shapes: inputs.map { $0.map { shapes[$0] } })
            if let name = node.outputs.first, values[name] == nil, let constant = try reader.folded() {
                switch constant {
                case .tensor(let tensor): graph.tensors[name] = tensor
                case .integers(let integers): graph.integers[name] = integers
                }
                continue
            }
            guard let read = readers[node.operation] else {
                throw reader.failure(
                    "this operator is not supported; supported are " + readers.keys.sorted().joined(separator: ", "))
            }
            guard let name = node.outputs.first else { throw reader.failure("has no output", .invalid) }
            guard values[name] == nil else { throw reader.failure("computes '\(name)' a second time", .invalid) }
            switch try read(reader) {
            case .identity:
                guard let input = node.inputs.first else { throw reader.failure("has no input", .invalid) }
                values[name] = inputs[0]
                graph.tensors[name] = graph.tensors[input]
                graph.integers[name] = graph.integers[input]
            case .integers(let integers): graph.integers[name] = integers
            case .layer(let operation, let used, let shape):
                values[name] = self.shapes.count
                layers.append(
                    Layer(
                        name: node.name, operation: operation, inputs: used.compactMap { inputs[$0] },
                        output: self.shapes.count))
                self.shapes.append(shape)
            }
        }
        outputs = try graph.outputs.map { output throws(ModelError) in
            guard let value = values[output.name] else {
                throw ModelError(.invalid, "the model's output '\(output.name)' is computed by no node")
            }
            return value
        }
    }
}

extension Graph {
    /// The largest input that we take for meant seriously: 2^22 numbers, such as a colour picture of 1182x1182.
    private static let largestInput = 1 << 22

    fileprivate func inputShape() throws(ModelError) -> [Int] {
        let shape = [1] + input.shape.dropFirst().map { $0 ?? 0 }
        let text = input.shape.map { $0.map { "\($0)" } ?? "?" }.joined(separator: "x")
        guard (2...4).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
            throw ModelError(
                .unsupported,
                "the model's input '\(input.name)' has the shape \(text); only the number of samples, at the front, may be "
                    + "left open: export the model for one size of picture")
        }
        guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(Self.largestInput) else {
            throw ModelError(.unsupported, "the model's input '\(input.name)' of the shape \(text) is too large")
        }
        return shape
    }

    fileprivate func missing(_ name: String, for node: Node) -> ModelError {
        let isLater = nodes.contains { $0.outputs.contains(name) }
        return ModelError(
            .invalid,
            "node '\(node.name)' (\(node.operation)): needs '\(name)', which "
                + (isLater
                    ? "comes later or from itself: the nodes are out of order or form a circle"
                    : "no node computes and no float32 or whole-number constant in the file holds"))
    }
}
