// From a graph to the work of training it, and back to a graph.

extension Graph.Node {
    /// Whether training changes it.
    public var learns: Bool { !parameterKinds.isEmpty }

    /// Of its inputs after the first.
    fileprivate var parameterKinds: [ParameterLayout.Kind] {
        switch operation {
        case "Conv", "Gemm": [.weight, .offset]
        case "BatchNormalization": [.offset, .offset, .statistic, .statistic]
        default: []
        }
    }
}

extension ParameterLayout {
    /// What is learnt in `graph`, in the order of its nodes.
    ///
    /// - Throws: where a node's weights are no constants of the graph, or belong to two nodes.
    public init(_ graph: Graph) throws(ModelError) {
        self.init()
        for node in graph.nodes {
            for (name, kind) in zip(node.inputs.dropFirst(), node.parameterKinds) where !name.isEmpty {
                guard let tensor = graph.tensors[name] else {
                    throw ModelError(.unsupported, "node \(node.name): \(name) is no constant, so it can't be learnt")
                }
                guard self[name] == nil else {
                    throw ModelError(.unsupported, "node \(node.name): \(name) is used by another node too")
                }
                append(name, tensor.shape, kind)
            }
        }
    }

    /// The values that the graph holds, as the flat array.
    func values(of graph: Graph) -> [Float] {
        var result = [Float](repeating: 0, count: count)
        for slot in slots {
            if let tensor = graph.tensors[slot.name] { result.replaceSubrange(slot.range, with: tensor.values) }
        }
        return result
    }

    /// The graph with other values.
    func graph(_ graph: Graph, with values: [Float]) -> Graph {
        var result = graph
        for slot in slots {
            result.tensors[slot.name] = Tensor(shape: slot.dimensions, values: Array(values[slot.range]))
        }
        return result
    }
}

extension TrainingPlan {
    /// Appends the forward work of all nodes; what they do backward is noted down.
    ///
    /// - Returns: the outputs; of a graph that ends in a softmax the logits: training takes that together with the loss.
    func build(_ graph: Graph, input: Memory) throws(ModelError) -> [TrainingValue] {
        var values: [String: TrainingValue] = [:]
        do throws(OneDNNError) {
            let converted = try forward(input, as: MemoryDescriptor(input.descriptor.dimensions, type))
            values[graph.input.name] = TrainingValue(converted, needsGradient: false)
        } catch { throw ModelError(error) }

        var readers: [String: [Graph.Node]] = [:]
        for node in graph.nodes { for name in node.inputs { readers[name, default: []].append(node) } }
        let outputs = Set(graph.outputs.map(\.name))
        let last = graph.nodes.last { $0.outputs.first == graph.output.name }
        var fused: Set<String> = []

        for node in graph.nodes {
            guard let name = node.outputs.first, !fused.contains(name) else { continue }
            guard let x = node.inputs.first.flatMap({ values[$0] }) else {
                throw ModelError(.invalid, "node \(node.name): nothing computes \(node.inputs.first ?? "its input")")
            }
            if node.operation == "Softmax", node == last, graph.outputs.count == 1 { return [x] }
            // A ReLU that alone reads a result is computed with it.
            let next = readers[name, default: []]
            let isReadByRectifier = next.count == 1 && next[0].operation == "Relu" && !outputs.contains(name)
            let rectifier = isReadByRectifier ? next[0].outputs.first : nil
            let isInPlace =
                readers[node.inputs[0], default: []].count == 1 && node.inputs[0] != graph.input.name
                && !outputs.contains(node.inputs[0])
            let reader = NodeReader(node, graph, parameters.layout)
            let y: TrainingValue
            do {
                y = try layer(
                    reader, x, values, isRectified: rectifier != nil, isInPlace: isInPlace,
                    isLast: next.allSatisfy { $0 == last })
            } catch let error as OneDNNError {
                throw ModelError(.unsupported, "node \(node.name) (\(node.operation)): \(error)")
            } catch let error as ModelError {
                throw error
            } catch { throw ModelError(.unsupported, "node \(node.name): \(error)") }
            values[name] = y
            if let rectifier, ["Conv", "Gemm", "BatchNormalization"].contains(node.operation) {
                values[rectifier] = y
                fused.insert(rectifier)
            }
        }
        return try graph.outputs.map { output throws(ModelError) in
            guard let result = values[output.name] else {
                throw ModelError(.invalid, "\(graph.name): no node computes \(output.name)")
            }
            return result
        }
    }

    private func layer(
        _ node: NodeReader, _ x: TrainingValue, _ values: [String: TrainingValue], isRectified: Bool, isInPlace: Bool,
        isLast: Bool
    ) throws -> TrainingValue {
        switch node.operation {
        case "Conv":
            return try convolution(
                node.name, x, weights: node.parameter(1), bias: node.optionalParameter(2),
                groups: node.integer("group", 1), node.window(), isRectified: isRectified)
        case "Gemm":
            guard node.float("alpha", 1) == 1, node.float("beta", 1) == 1, node.integer("transA", 0) == 0 else {
                throw node.unsupported("factors and a transposed input")
            }
            return try dense(
                node.name, x, weights: node.parameter(1), bias: node.optionalParameter(2),
                isTransposed: node.integer("transB", 0) == 0, resultType: isLast ? .float32 : type,
                isRectified: isRectified)
        case "BatchNormalization":
            return try batchNormalisation(
                node.name, x, scale: node.parameter(1), shift: node.parameter(2), mean: node.parameter(3),
                variance: node.parameter(4), epsilon: node.float("epsilon", 1e-5), isRectified: isRectified)
        case "Relu": return try rectifier(node.name, x, isInPlace: isInPlace)
        case "MaxPool": return try pooling(node.name, x, .maximum, kernel: node.integers("kernel_shape"), node.window())
        case "AveragePool":
            return try pooling(
                node.name, x, .average(countsPadding: node.integer("count_include_pad", 0) != 0),
                kernel: node.integers("kernel_shape"), node.window())
        case "GlobalAveragePool": return try globalAveragePooling(node.name, x)
        case "Flatten": return try flattening(x)
        case "Dropout": return try dropout(node.name, x, share: node.dropoutShare())
        case "Add":
            guard node.inputs.count == 2, let b = values[node.inputs[1]], b.dimensions == x.dimensions else {
                throw node.unsupported("operands of different shapes")
            }
            return try addition(node.name, x, b)
        case "Mul":
            guard node.inputs.count == 2, let b = values[node.inputs[1]],
                b.dimensions == x.dimensions || b.dimensions == Array(x.dimensions.prefix(2)) + [1, 1]
            else { throw node.unsupported("operands of such shapes") }
            return try multiplication(node.name, x, b)
        case "Sigmoid": return try sigmoid(node.name, x)
        case "Resize": return try upsampling(node.name, x, factor: node.upsamplingFactor())
        default: throw ModelError(.unsupported, "node \(node.name): \(node.operation) can't be trained")
        }
    }
}

/// A node's attributes and parameters, as training needs them.
private struct NodeReader {
    let node: Graph.Node
    let graph: Graph
    let layout: ParameterLayout

    init(_ node: Graph.Node, _ graph: Graph, _ layout: ParameterLayout) {
        (self.node, self.graph, self.layout) = (node, graph, layout)
    }

    var name: String { node.name }
    var operation: String { node.operation }
    var inputs: [String] { node.inputs }

    func integer(_ key: String, _ standard: Int) -> Int {
        if case .integer(let value) = node.attributes[key] { value } else { standard }
    }

    func float(_ key: String, _ standard: Float) -> Float {
        if case .float(let value) = node.attributes[key] { value } else { standard }
    }

    func integers(_ key: String) -> [Int] {
        if case .integers(let values) = node.attributes[key] { values } else { [] }
    }

    func parameter(_ index: Int) throws(ModelError) -> ParameterLayout.Slot {
        guard let slot = optionalParameter(index) else {
            throw ModelError(.invalid, "node \(name): its input \(index) is missing")
        }
        return slot
    }

    func optionalParameter(_ index: Int) -> ParameterLayout.Slot? {
        node.inputs.indices.contains(index) ? layout[node.inputs[index]] : nil
    }

    /// An input since ONNX's operator set 12, an attribute before.
    func dropoutShare() throws(ModelError) -> Float {
        let input = node.inputs.dropFirst().first.flatMap { graph.tensors[$0]?.values.first }
        let share = input ?? float("ratio", 0.5)
        guard (0..<1).contains(share) else { throw unsupported("a ratio of \(share)") }
        return share
    }

    /// Of pictures in which each pixel becomes a square of pixels.
    func upsamplingFactor() throws(ModelError) -> Int {
        func isText(_ key: String, _ wanted: String) -> Bool { node.attributes[key] == .string(wanted) }
        guard isText("mode", "nearest"), isText("coordinate_transformation_mode", "asymmetric"),
            isText("nearest_mode", "floor"), node.inputs.count == 3, let scales = graph.tensors[node.inputs[2]]?.values,
            scales.count == 4, scales[0] == 1, scales[1] == 1, scales[2] == scales[3],
            let factor = Int(exactly: scales[2]), factor > 0
        else { throw unsupported("resizing but of each pixel to a square (asymmetric, floor, by constant scales)") }
        return factor
    }

    func window() throws(ModelError) -> Window {
        if case .string(let padding) = node.attributes["auto_pad"], padding != "NOTSET", padding != "VALID" {
            throw unsupported("auto_pad \(padding)")
        }
        if integer("ceil_mode", 0) != 0 { throw unsupported("ceil_mode") }
        var window = Window()
        if case let strides = integers("strides"), strides.count == 2 { window.strides = strides }
        if case let dilations = integers("dilations"), dilations.count == 2 { window.dilations = dilations }
        if case let pads = integers("pads"), pads.count == 4 {
            (window.padsBefore, window.padsAfter) = (Array(pads[..<2]), Array(pads[2...]))
        }
        return window
    }

    func unsupported(_ what: String) -> ModelError {
        ModelError(.unsupported, "node \(name) (\(operation)): training does not know \(what)")
    }
}
