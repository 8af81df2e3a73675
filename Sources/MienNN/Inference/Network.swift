/// A model made ready to run: checked, simplified, its kernels compiled and its weights in their order. Never changes; any
/// number of contexts on any threads share it.
public final class Network: @unchecked Sendable {  // safe: nothing is written after init, and oneDNN's kernels allow it
    public let name: String
    /// Of one sample, as the model declares it, without the batch: channels, height, width, or whatever else it takes.
    public let inputShape: [Int]
    /// How to take `inputShape` as a picture; nil if it is none of 1 or 3 channels.
    public var picture: PictureShape? { PictureShape(inputShape) }
    /// What comes out for one sample, as the model orders it; shapes are without the batch.
    public let outputs: [(name: String, shape: [Int])]
    /// Numbers of the first output for one sample.
    public var outputCount: Int { outputs[0].shape.reduce(1, *) }
    /// Whether the model has a single output and ends in softmax, so that there are logits before it.
    public let hasLogits: Bool

    /// All layers, or those before the first dense one that is large: runs for one sample at a time.
    ///
    /// One sample's tensors stay in the cache, a program for one takes the least memory, and kernels for one are no
    /// slower than those for 16 (measured, 5 to 256 channels). And since each sample goes the same way alone, its result
    /// can't depend on what else is in the batch, or on oneDNN's choice of kernels by batch size.
    let body: Program
    let bodyInput: Operand
    /// What the body leaves: the values that the head reads or that are asked for.
    let bodyResults: [Operand]

    /// From the first large dense layer on, whose weights should be read for several samples at once: runs for
    /// `headRows`, filled or not. As oneDNN's matrix products have blocks of 4 rows, all rows are computed alike.
    let head: Program?
    let headInputs: [Operand]
    let headResults: [Operand]
    static let headRows = 4
    /// So many numbers, 256 kB, stay in the cache: reading more takes longer than multiplying.
    private static let largeWeightCount = 1 << 16

    /// Memory for one context's tensors beyond which a model is refused: 1 GiB.
    private static let largestContext = 1 << 30

    /// Multiplications and additions for one sample beyond which a model is refused: some seconds of one core, four times
    /// what the largest networks for faces take.
    private static let mostOperations = 1e11

    /// - Parameter pictureSize: height and width, in pixels, for networks that take pictures of any size; nil: as the
    ///   model declares.
    /// - Throws: `ModelError`: `.unsupported` or `.invalid` with the node that can't be run and why.
    public init(_ model: Model, pictureSize: (height: Int, width: Int)? = nil) throws(ModelError) {
        Engine.useOneThread()
        var graph = model.graph
        if let (height, width) = pictureSize {
            guard graph.input.shape.count == 4 else {
                throw ModelError(.unsupported, "the model's input '\(graph.input.name)' is no picture (N, C, H, W)")
            }
            graph = graph.withPictureSize(height: height, width: width)
        }
        let list = try LayerList(graph).simplified()
        let operations = list.layers.reduce(0.0) { sum, layer in
            sum + Double(layer.operation.operationsPerValue) * Double(list.shapes[layer.output].reduce(1, *))
        }
        guard operations <= Self.mostOperations else {
            throw ModelError(
                .unsupported,
                "the model takes \(Int(operations / 1e9)) billion operations for each input, and 100 are allowed")
        }
        name = model.name
        inputShape = Array(list.shapes[0][1...])
        outputs = zip(graph.outputs, list.outputs).map { ($0.name, Array(list.shapes[$1][1...])) }
        guard outputs.reduce(0.0, { $0 + Double($1.shape.reduce(1, *)) }) <= Double(CheckedNode.largestTensor) else {
            throw ModelError(.unsupported, "the model's \(outputs.count) outputs are too large together")
        }
        var wanted = list.outputs
        if let last = list.layers.last, last.operation is Softmax, list.outputs == [last.output] {
            wanted.append(last.inputs[0])
        }
        hasLogits = wanted.count > list.outputs.count
        let cut = list.layers.firstIndex { $0.operation is Dense && $0.operation.weightCount > Self.largeWeightCount }
        do {
            let bodyLayers = list.layers[..<(cut ?? list.layers.count)]
            let headLayers = list.layers[bodyLayers.count...]
            let made = Set(bodyLayers.map(\.output) + [0])
            let passed = made.intersection(headLayers.flatMap(\.inputs) + wanted).sorted()
            let left = cut == nil ? wanted : passed

            let convolutions = bodyLayers.compactMap { $0.operation as? Convolution }
            let blocks = Engine.hasAVX512 && convolutions.allSatisfy(\.takesBlocks)
            let builder = try ProgramBuilder(rows: 1, pictures: blocks ? .blocked : .channelsLast)
            let input = builder.tensor(try MemoryDescriptor(list.shapes[0]))
            builder.keepFromStart(input)
            let results = try builder.plan(bodyLayers, list, [0: input], results: left, inOrder: cut == nil)
            (body, bodyInput, bodyResults) = (try builder.program(), input, results)

            if cut == nil {
                (head, headInputs, headResults) = (nil, [], [])
            } else {
                let builder = try ProgramBuilder(rows: Self.headRows)
                headInputs = try results.map { operand throws(OneDNNError) in
                    builder.tensor(try operand.descriptor.repeated(Self.headRows))
                }
                headInputs.forEach { builder.keepFromStart($0) }
                headResults = try builder.plan(
                    headLayers, list, Dictionary(uniqueKeysWithValues: zip(passed, headInputs)), results: wanted,
                    inOrder: true)
                head = try builder.program()
            }
        } catch {
            throw ModelError(error)
        }
        guard contextByteCount <= Self.largestContext else {
            throw ModelError(.unsupported, "the model needs \(contextByteCount >> 20) MB to run, and 1024 are allowed")
        }
    }

    /// The kernels by name, in the order they run: `jit:avx512_core` for conv1, say. To see what oneDNN made of a model.
    public var kernels: [(node: String, kernel: String)] {
        (body.instructions + (head?.instructions ?? [])).map {
            ($0.primitive.descriptor.name, $0.primitive.descriptor.implementation)
        }
    }

    /// Memory that each context takes, without input and output.
    public var contextByteCount: Int {
        [body, head].reduce(0) { $0 + ($1.map { $0.byteCount + $0.scratchByteCount } ?? 0) }
    }
}

/// The size of a picture and the order of its numbers.
public struct PictureShape: Equatable, Sendable {
    public let channels: Int
    public let height: Int
    public let width: Int
    /// Height, width, channels, as in models from Keras; otherwise channels, height, width. With one channel both are the
    /// same.
    public let hasChannelsLast: Bool

    /// - Parameter shape: of one sample. The dimension of 1 or 3 counts the channels.
    init?(_ shape: [Int]) {
        guard shape.count == 3, let last = [0, 2].first(where: { [1, 3].contains(shape[$0]) }).map({ $0 == 2 }) else {
            return nil
        }
        hasChannelsLast = last
        (channels, height, width) = last ? (shape[2], shape[0], shape[1]) : (shape[0], shape[1], shape[2])
    }
}

extension ProgramBuilder {
    /// Plans the layers and returns the values that are asked for.
    ///
    /// - Parameter inOrder: whether these are wanted in the order of their dimensions.
    fileprivate func plan(
        _ layers: ArraySlice<LayerList.Layer>, _ list: LayerList, _ given: [Int: Operand], results: [Int],
        inOrder: Bool
    ) throws(OneDNNError) -> [Operand] {
        var operands = given
        for layer in layers {
            // Each layer comes after those that it reads.
            let inputs = layer.inputs.compactMap { operands[$0] }
            let shape = [rows] + list.shapes[layer.output][1...]
            operands[layer.output] = try layer.operation.plan(layer.name, inputs, shape: shape, in: self)
        }
        return try results.map { value throws(OneDNNError) in
            // Each was made by one of the layers, or given.
            let made = operands[value].unsafelyUnwrapped
            let operand = try inOrder ? plain(made) : plainOrChannelsLast(made)
            keep(operand)
            return operand
        }
    }
}
