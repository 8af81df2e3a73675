import Glibc

/// A network's structure as a short text: one layer a line, each fed by the one before it.
///
///     input 1 48x48
///     conv 32 3x3 pad 1 stride 1 groups 1 nobias
///     bn
///     relu | sigmoid
///     maxpool 3x3 stride 2 pad 1
///     avgpool 2x2 stride 2
///     globalpool
///     dropout 0.5
///     dense 1000
///     softmax
///     upsample 2      each pixel twice in both directions
///     label NAME      remembers this place
///     from NAME       goes on from there
///     add NAME        adds what was there
///     mul NAME        multiplies what was there, channel by channel
///     output NAME     this place is one of the network's outputs
///
/// Where there is no line `output`, the end is the only one.
/// What stands after # is a comment.
public struct Architecture: Sendable {
    public let name: String
    public let text: String
    /// What tells it from others, for a recipe: the name alone of one that is built in, else with a fingerprint.
    public var identity: String {
        let known = Self.builtIn + [.detector]
        guard !known.contains(where: { $0.name == name && $0.text == text }) else { return name }
        return Fingerprint.named(name, text.utf8)
    }

    public init(name: String, text: String) { (self.name, self.text) = (name, text) }

    /// One of `builtIn`, or else the text of the file at that path.
    public init(named name: String, file: (String) throws -> [UInt8]) throws {
        if let found = Self.builtIn.first(where: { $0.name == name }) {
            self = found
            return
        }
        let stem = name.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        self.init(name: String(stem), text: String(decoding: try file(name), as: UTF8.self))
    }

    /// The network with fresh parameters: weights by He's rule (Delving Deep into Rectifiers, 2015), all else neutral.
    ///
    /// - Throws: the line that can't be understood.
    public func graph(seed: UInt64) throws(ModelError) -> Graph {
        var builder = GraphBuilder(name: name, seed: seed)
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard let kind = words.first else { continue }
            do {
                try builder.append(kind, Arguments(Array(words.dropFirst())))
            } catch {
                throw ModelError(.invalid, "architecture \(name), line \(index + 1), \"\(line)\": \(error.reason)")
            }
        }
        return try builder.finish()
    }
}

private struct Misunderstanding: Error { let reason: String }

/// What follows a layer's kind: values, then `key value` pairs.
private struct Arguments {
    private var words: [String]

    init(_ words: [String]) { self.words = words }

    var isEmpty: Bool { words.isEmpty }

    mutating func word(_ what: String) throws(Misunderstanding) -> String {
        guard !words.isEmpty else { throw Misunderstanding(reason: "\(what) is missing") }
        return words.removeFirst()
    }

    mutating func number(_ what: String) throws(Misunderstanding) -> Int {
        guard let number = Int(try word(what)), (1...Self.largest).contains(number) else {
            throw Misunderstanding(reason: "\(what) must be a number from 1 to \(Self.largest)")
        }
        return number
    }

    /// More than any network has of anything; the product of four such numbers is one still.
    private static let largest = 1 << 14

    /// `3x5`: three high, five wide.
    mutating func size(_ what: String) throws(Misunderstanding) -> [Int] {
        let parts = try word(what).split(separator: "x").map { Int($0) ?? 0 }
        guard parts.count == 2, parts.allSatisfy({ (1...Self.largest).contains($0) }) else {
            throw Misunderstanding(reason: "\(what) must be a size such as 3x3, and \(Self.largest) at most")
        }
        return parts
    }

    /// Takes out `key` and the number after it.
    mutating func option(_ key: String, _ standard: Int) throws(Misunderstanding) -> Int {
        guard let index = words.firstIndex(of: key) else { return standard }
        guard index + 1 < words.count, let number = Int(words[index + 1]), (0...Self.largest).contains(number) else {
            throw Misunderstanding(reason: "\(key) needs a number up to \(Self.largest)")
        }
        words.removeSubrange(index...(index + 1))
        return number
    }

    mutating func flag(_ key: String) -> Bool {
        guard let index = words.firstIndex(of: key) else { return false }
        words.remove(at: index)
        return true
    }
}

private struct GraphBuilder {
    private var graph: Graph
    private var generator: SplitMix64
    /// Where the next layer is appended: the value's name, and its shape without the batch.
    private var here = Place(value: "", shape: [])
    private var labels: [String: Place] = [:]
    private var outputs: [(name: String, place: Place)] = []
    private var counts: [String: Int] = [:]

    private struct Place {
        var value: String
        var shape: [Int]
    }

    init(name: String, seed: UInt64) {
        let nothing = Graph.Value(name: "", shape: [])
        graph = Graph(name: name, input: nothing, output: nothing)
        generator = SplitMix64(seed)
    }

    func finish() throws(ModelError) -> Graph {
        guard !graph.nodes.isEmpty else { throw ModelError(.invalid, "architecture \(graph.name): it has no layers") }
        if outputs.isEmpty {
            var result = graph
            result.output = Graph.Value(name: here.value, shape: [nil] + here.shape)
            return result
        }
        guard outputs.contains(where: { $0.place.value == here.value }) else {
            throw ModelError(.invalid, "architecture \(graph.name): what comes after its last output goes nowhere")
        }
        // In ONNX, an output has the name of the value itself.
        let names = Dictionary(uniqueKeysWithValues: outputs.map { ($0.place.value, $0.name) })
        func renamed(_ values: [String]) -> [String] { values.map { names[$0] ?? $0 } }
        var result = graph
        for index in graph.nodes.indices {
            result.nodes[index].inputs = renamed(graph.nodes[index].inputs)
            result.nodes[index].outputs = renamed(graph.nodes[index].outputs)
        }
        result.outputs = outputs.map { Graph.Value(name: $0.name, shape: [nil] + $0.place.shape) }
        return result
    }

    mutating func append(_ kind: String, _ given: Arguments) throws(Misunderstanding) {
        var arguments = given
        guard kind == "input" || !here.value.isEmpty else {
            throw Misunderstanding(reason: "the first line must be the input, such as: input 1 48x48")
        }
        switch kind {
        case "input":
            let shape = try [arguments.number("the number of channels")] + arguments.size("the picture's size")
            here = Place(value: "input", shape: shape)
            graph.input = Graph.Value(name: here.value, shape: [nil] + shape)
        case "conv": try convolution(&arguments)
        case "bn": try batchNormalisation()
        case "relu": node("Relu", [here.value])
        case "sigmoid": node("Sigmoid", [here.value])
        case "maxpool": try pooling("MaxPool", &arguments)
        case "avgpool": try pooling("AveragePool", &arguments)
        case "globalpool":
            _ = try picture()
            node("GlobalAveragePool", [here.value], shape: [here.shape[0], 1, 1])
        case "dropout":
            guard let share = Float(try arguments.word("the share")), (0..<1).contains(share) else {
                throw Misunderstanding(reason: "the share must be from 0 to below 1")
            }
            let name = name("Dropout")
            node("Dropout", [here.value, constant("\(name).ratio", [], [share])], name: name)
        case "dense": try dense(&arguments)
        case "softmax": node("Softmax", [here.value], attributes: ["axis": .integer(-1)])
        case "upsample": try upsampling(&arguments)
        case "output": try output(arguments.word("a name"))
        case "label": labels[try arguments.word("a name")] = here
        case "from": here = try place(arguments.word("a name"))
        case "add": try combine("Add", &arguments)
        case "mul": try combine("Mul", &arguments)
        default: throw Misunderstanding(reason: "there is no layer \(kind)")
        }
        guard arguments.isEmpty else { throw Misunderstanding(reason: "there is more than \(kind) takes") }
        guard here.shape.reduce(1, *) <= Self.largestValue else {
            throw Misunderstanding(reason: "what comes out, \(here.shape), is too large to be learnt from")
        }
    }

    /// Numbers for one picture, of which each worker keeps 16 and their gradients: half a gigabyte.
    private static let largestValue = 1 << 22
    /// As in a model's file.
    private static let largestTensor = 1 << 25

    // MARK: Layers

    private mutating func convolution(_ arguments: inout Arguments) throws(Misunderstanding) {
        let outputs = try arguments.number("the number of channels")
        let kernel = try arguments.size("the kernel's size")
        let groups = try arguments.option("groups", 1)
        let hasBias = !arguments.flag("nobias")
        let shape = try picture()
        guard groups > 0, shape[0] % groups == 0, outputs % groups == 0 else {
            throw Misunderstanding(reason: "\(shape[0]) and \(outputs) channels can't be cut into \(groups) groups")
        }
        let (size, attributes) = try window(kernel, defaultStride: 1, &arguments)
        let name = name("Conv")
        let inputs = shape[0] / groups
        let weights = try weights("\(name).weight", [outputs, inputs] + kernel, fanIn: inputs * kernel[0] * kernel[1])
        let bias = hasBias ? [constant("\(name).bias", [outputs], .init(repeating: 0, count: outputs))] : []
        node(
            "Conv", [here.value, weights] + bias, name: name,
            attributes: attributes.merging(["group": .integer(groups)]) { first, _ in first }, shape: [outputs] + size)
    }

    private mutating func batchNormalisation() throws(Misunderstanding) {
        let channels = try picture()[0]
        let name = name("BatchNormalization")
        let figures = [("scale", Float(1)), ("shift", 0), ("mean", 0), ("variance", 1)].map { key, value in
            constant("\(name).\(key)", [channels], .init(repeating: value, count: channels))
        }
        node("BatchNormalization", [here.value] + figures, name: name, attributes: ["epsilon": .float(1e-5)])
    }

    private mutating func pooling(_ operation: String, _ arguments: inout Arguments) throws(Misunderstanding) {
        let kernel = try arguments.size("the window's size")
        let (size, attributes) = try window(kernel, defaultStride: nil, &arguments)
        node(operation, [here.value], attributes: attributes, shape: [here.shape[0]] + size)
    }

    private mutating func upsampling(_ arguments: inout Arguments) throws(Misunderstanding) {
        let shape = try picture()
        let factor = try arguments.number("the factor")
        let name = name("Resize")
        let scales = constant("\(name).scales", [4], [1, 1, Float(factor), Float(factor)])
        node(
            "Resize", [here.value, "", scales], name: name,
            attributes: [
                "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
                "nearest_mode": .string("floor"),
            ], shape: [shape[0], shape[1] * factor, shape[2] * factor])
    }

    private mutating func output(_ name: String) throws(Misunderstanding) {
        guard here.value != graph.input.name else { throw Misunderstanding(reason: "it comes before any layer") }
        guard outputs.allSatisfy({ $0.name != name && $0.place.value != here.value }), name != graph.input.name,
            !graph.nodes.contains(where: { ($0.inputs + $0.outputs).contains(name) })
        else { throw Misunderstanding(reason: "this place or name is taken") }
        outputs.append((name, here))
    }

    private mutating func dense(_ arguments: inout Arguments) throws(Misunderstanding) {
        let outputs = try arguments.number("the number of outputs")
        let inputs = here.shape.reduce(1, *)
        if here.shape.count > 1 { node("Flatten", [here.value], attributes: ["axis": .integer(1)], shape: [inputs]) }
        let name = name("Gemm")
        let weights = try weights("\(name).weight", [outputs, inputs], fanIn: inputs)
        let bias = constant("\(name).bias", [outputs], .init(repeating: 0, count: outputs))
        node("Gemm", [here.value, weights, bias], name: name, attributes: ["transB": .integer(1)], shape: [outputs])
    }

    private mutating func combine(_ operation: String, _ arguments: inout Arguments) throws(Misunderstanding) {
        let other = try place(arguments.word("a name"))
        let fits = operation == "Mul" ? other.shape.first == here.shape.first : other.shape == here.shape
        guard fits else { throw Misunderstanding(reason: "\(here.shape) and \(other.shape) don't go together") }
        // The larger first, of which the result has the shape.
        let isOtherLarger = other.shape.reduce(1, *) > here.shape.reduce(1, *)
        node(
            operation, isOtherLarger ? [other.value, here.value] : [here.value, other.value],
            shape: isOtherLarger ? other.shape : here.shape)
    }

    // MARK: Parts of layers

    private func picture() throws(Misunderstanding) -> [Int] {
        guard here.shape.count == 3 else { throw Misunderstanding(reason: "it needs a picture, not a list") }
        return here.shape
    }

    private func place(_ label: String) throws(Misunderstanding) -> Place {
        guard let place = labels[label] else { throw Misunderstanding(reason: "there is no label \(label) above") }
        return place
    }

    /// How a window moves, and the size of what comes out.
    private func window(
        _ kernel: [Int], defaultStride: Int?, _ arguments: inout Arguments
    ) throws(Misunderstanding) -> (size: [Int], [String: Graph.Attribute]) {
        let shape = try picture()
        let step = try arguments.option("stride", defaultStride ?? kernel[0])
        let pad = try arguments.option("pad", 0)
        guard step > 0 else { throw Misunderstanding(reason: "the stride must be above 0") }
        let size = (0..<2).map { (shape[1 + $0] + 2 * pad - kernel[$0]) / step + 1 }
        guard (0..<2).allSatisfy({ shape[1 + $0] + 2 * pad >= kernel[$0] }) else {
            throw Misunderstanding(reason: "the window is larger than the picture of \(shape[1])x\(shape[2])")
        }
        return (
            size,
            [
                "kernel_shape": .integers(kernel), "strides": .integers([step, step]),
                "pads": .integers([pad, pad, pad, pad]),
            ]
        )
    }

    private mutating func name(_ operation: String) -> String {
        counts[operation, default: 0] += 1
        return "\(operation)\(counts[operation, default: 0])"
    }

    private mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
        graph.tensors[name] = Tensor(shape: shape, values: values)
        return name
    }

    /// Normally distributed, with a variance of 2 / fanIn, so that ReLUs keep the signal's size. (Box and Muller)
    private mutating func weights(_ name: String, _ shape: [Int], fanIn: Int) throws(Misunderstanding) -> String {
        guard shape.reduce(1, *) <= Self.largestTensor else {
            throw Misunderstanding(reason: "its weights, \(shape), are more than \(Self.largestTensor)")
        }
        let deviation = (2 / Float(fanIn)).squareRoot()
        let values = (0..<shape.reduce(1, *)).map { _ in
            let radius = (-2 * logf(1 - generator.uniform())).squareRoot()
            return deviation * radius * cosf(2 * .pi * generator.uniform())
        }
        return constant(name, shape, values)
    }

    private mutating func node(
        _ operation: String, _ inputs: [String], name: String? = nil, attributes: [String: Graph.Attribute] = [:],
        shape: [Int]? = nil
    ) {
        let name = name ?? self.name(operation)
        graph.nodes.append(
            Graph.Node(operation, name: name, inputs: inputs, outputs: ["\(name).out"], attributes: attributes))
        here = Place(value: "\(name).out", shape: shape ?? here.shape)
    }
}
