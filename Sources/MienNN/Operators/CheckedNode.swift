/// A node with what is known about its inputs: attributes and constants by type, with messages that name the node.
struct CheckedNode {
    let node: Graph.Node
    let graph: Graph
    /// Of each input, for one sample; nil for constants and for inputs that are left out.
    let shapes: [[Int]?]

    /// The largest tensor for one sample that we take for meant seriously: 2^25 numbers, 128 MiB.
    static let largestTensor = 1 << 25

    func failure(_ text: String, _ code: ModelError.Code = .unsupported) -> ModelError {
        ModelError(code, "node '\(node.name)' (\(node.operation)): \(text)")
    }

    // MARK: Inputs

    /// The shape of an input that is computed.
    func shape(_ index: Int = 0) throws(ModelError) -> [Int] {
        guard shapes.indices.contains(index), let shape = shapes[index] else {
            throw failure("input \(index) must be computed, and is a constant or missing", .invalid)
        }
        return shape
    }

    func pictureShape() throws(ModelError) -> (channels: Int, height: Int, width: Int) {
        let shape = try shape()
        guard shape.count == 4 else {
            throw failure("works on pictures (N, C, H, W) here, and its input has the shape \(shape)")
        }
        return (shape[1], shape[2], shape[3])
    }

    func has(_ index: Int) -> Bool { node.inputs.indices.contains(index) && !node.inputs[index].isEmpty }

    /// A constant; nil if the input is computed or missing.
    func constant(_ index: Int) -> Tensor? { has(index) ? graph.tensors[node.inputs[index]] : nil }

    /// A constant without which nothing goes.
    func weights(_ index: Int) throws(ModelError) -> Tensor {
        guard has(index) else { throw failure("input \(index) is missing", .invalid) }
        guard let tensor = constant(index) else {
            throw failure("'\(node.inputs[index])' must be a float32 constant in the file")
        }
        return tensor
    }

    /// One number for each channel.
    func channels(_ index: Int, count: Int) throws(ModelError) -> [Float] {
        let tensor = try weights(index)
        guard tensor.values.count == count else {
            throw failure("'\(node.inputs[index])' has \(tensor.values.count) numbers for \(count) channels", .invalid)
        }
        return tensor.values
    }

    /// Whole numbers that are constant or follow from the shapes; nil for other inputs.
    func knownIntegers(_ index: Int) -> [Int]? { has(index) ? graph.integers[node.inputs[index]] : nil }

    /// Whole numbers from an attribute or, in later operator sets, an input.
    func integers(_ name: String, orInput index: Int) throws(ModelError) -> [Int]? {
        if node.attributes[name] != nil { return try integers(name) }
        guard has(index) else { return nil }
        guard let values = knownIntegers(index) else {
            throw failure("'\(node.inputs[index])' must be a constant")
        }
        return values
    }

    // MARK: Attributes

    func integer(_ name: String, default fallback: Int) throws(ModelError) -> Int {
        switch node.attributes[name] {
        case .integer(let value): value
        case nil: fallback
        default: throw failure("attribute '\(name)' must be a whole number", .invalid)
        }
    }

    func float(_ name: String, default fallback: Float) throws(ModelError) -> Float {
        switch node.attributes[name] {
        case .float(let value): value
        case nil: fallback
        default: throw failure("attribute '\(name)' must be a number", .invalid)
        }
    }

    func string(_ name: String, default fallback: String) throws(ModelError) -> String {
        switch node.attributes[name] {
        case .string(let value): value
        case nil: fallback
        default: throw failure("attribute '\(name)' must be a text", .invalid)
        }
    }

    /// - Parameters:
    ///   - range: of each number.
    func integers(_ name: String, count: Int? = nil, in range: ClosedRange<Int>? = nil) throws(ModelError) -> [Int]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .integers(let values) = attribute, values.count == count ?? values.count else {
            let wanted = count.map { "\($0) " } ?? ""
            throw failure("attribute '\(name)' must be \(wanted)whole numbers", .invalid)
        }
        if let range, let wrong = values.first(where: { !range.contains($0) }) {
            throw failure("attribute '\(name)' has \(wrong), outside \(range.lowerBound) to \(range.upperBound)")
        }
        return values
    }

    // MARK: Shapes

    /// An axis from the front, given one that may count from the end.
    func axis(_ axis: Int, rank: Int) throws(ModelError) -> Int {
        let front = axis < 0 ? axis + rank : axis
        guard (0..<rank).contains(front) else { throw failure("axis \(axis) of a tensor of rank \(rank)", .invalid) }
        return front
    }

    /// The shape, if tensors of it are of sensible size and its first dimension still counts the samples.
    func checked(_ shape: [Int]) throws(ModelError) -> [Int] {
        guard shape.first == 1 else { throw failure("mixes the samples of a batch (result \(shape))") }
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow, product <= Self.largestTensor else {
                throw failure("gives a tensor of the shape \(shape), which is empty or too large", .invalid)
            }
            count = product
        }
        return shape
    }
}
