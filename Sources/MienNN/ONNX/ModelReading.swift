internal import FoundationEssentials
internal import SwiftProtobuf

extension Model {
    /// Reads the contents of an ONNX file.
    ///
    /// - Parameter outside: reads a file that lies beside the model's, by its name: where large weights are kept apart,
    ///   as PyTorch's exporter does. Nil: there is none to be had.
    /// - Throws: `ModelError`: `.broken` if these are not the bytes of an ONNX model, `.unsupported` if it is of another
    ///   kind than networks with one input and float weights. Whether its operators can be run shows when a context is
    ///   made.
    public init(
        onnx bytes: [UInt8], outside: ((String) throws(ModelError) -> [UInt8])? = nil
    ) throws(ModelError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(ModelError) in
            try Model(onnx: UnsafeRawBufferPointer(bytes), outside: outside)
        }
    }

    /// As the other, of bytes that lie somewhere already.
    package init(
        onnx bytes: UnsafeRawBufferPointer, outside: ((String) throws(ModelError) -> [UInt8])? = nil
    ) throws(ModelError) {
        // A view: nothing is copied or written. It can't be of no bytes.
        let view = bytes.baseAddress.map {
            Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: $0), count: bytes.count, deallocator: .none)
        }
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        var proto: ONNXModelProto
        do {
            proto = try ONNXModelProto(serializedBytes: view ?? Data(), options: options)
        } catch BinaryDecodingError.truncated {
            throw ModelError(.broken, "the model is cut short after \(bytes.count) bytes; copy the whole file again")
        } catch {
            throw ModelError(.broken, "this is no ONNX model (its bytes don't follow the format)")
        }
        guard proto.hasGraph, !proto.graph.node.isEmpty else {
            throw ModelError(.broken, "this is no ONNX model (there is no network in it)")
        }
        if let outside { try proto.takeIn(outside) }
        let reader = try GraphReader(proto)
        graph = try reader.graph()
        metadata = Dictionary(proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// Turns ONNX's messages into a graph, with all sizes checked against the data that is there.
private struct GraphReader {
    /// Those in which our operators mean what we take them for.
    static let operatorSets = 7...23

    let proto: ONNXGraphProto
    let operatorSet: Int
    var tensors: [String: Tensor] = [:]
    var integers: [String: [Int]] = [:]

    init(_ model: ONNXModelProto) throws(ModelError) {
        proto = model.graph
        let version = model.opsetImport.first { ["", "ai.onnx"].contains($0.domain) }?.version ?? 1
        guard let version = Int(exactly: version), Self.operatorSets.contains(version) else {
            let known = Self.operatorSets
            throw ModelError(
                .unsupported,
                "the model uses ONNX operator set \(version), and \(known.lowerBound) to \(known.upperBound) are "
                    + "supported; export it again with one of those")
        }
        operatorSet = version
        for initializer in proto.initializer { try add(initializer, as: initializer.name) }
    }

    func graph() throws(ModelError) -> Graph {
        var copy = self
        var nodes: [Graph.Node] = []
        for node in proto.node {
            if node.opType == "Constant" {
                try copy.add(constant: node)
            } else {
                nodes.append(try Graph.Node(node))
            }
        }
        // Old files list constants among the inputs, too.
        let inputs = proto.input.filter { copy.tensors[$0.name] == nil && copy.integers[$0.name] == nil }
        guard inputs.count == 1, let input = inputs.first else {
            let names = inputs.map { "'\($0.name)'" }.joined(separator: ", ")
            throw ModelError(
                .unsupported, "the model has \(inputs.count) inputs (\(names)); networks with one input are supported")
        }
        guard let output = proto.output.first else { throw ModelError(.invalid, "the model has no output") }
        // Further ones of other types, such as the number of the largest, are of no use here.
        let others = proto.output.dropFirst().filter { $0.type.tensorType.elemType == 1 }
        return Graph(
            name: proto.name, nodes: nodes, tensors: copy.tensors, integers: copy.integers,
            input: try Graph.Value(input),
            outputs: try ([output] + others).map { output throws(ModelError) in try Graph.Value(output) },
            operatorSet: operatorSet)
    }

    private mutating func add(_ proto: ONNXTensorProto, as name: String) throws(ModelError) {
        switch try proto.contents(name) {
        case .floats(let tensor): tensors[name] = tensor
        case .integers(let values): integers[name] = values
        // Nobody may need it; if somebody does, its absence is noticed there.
        case nil: break
        }
    }

    private mutating func add(constant node: ONNXNodeProto) throws(ModelError) {
        guard let name = node.output.first, let attribute = node.attribute.first else { return }
        switch attribute.name {
        case "value": try add(attribute.t, as: name)
        case "value_float": tensors[name] = Tensor(shape: [], values: [attribute.f])
        case "value_floats": tensors[name] = Tensor(shape: [attribute.floats.count], values: attribute.floats)
        case "value_int": integers[name] = [Int(attribute.i)]
        case "value_ints": integers[name] = attribute.ints.map { Int($0) }
        default: break
        }
    }
}

extension ONNXTensorProto {
    enum Contents {
        case floats(Tensor)
        case integers([Int])
    }

    /// Nil for element types that we have no use for.
    func contents(_ name: String) throws(ModelError) -> Contents? {
        guard dataLocation == .default else {
            throw ModelError(
                .unsupported, "constant '\(name)' lies in another file; save the model with its weights inside")
        }
        var count = 1
        for dimension in dims {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(dimension))
            guard dimension >= 0, !overflow else {
                throw ModelError(.broken, "constant '\(name)' has the impossible shape \(dims)")
            }
            count = product
        }
        func checked<Element>(_ values: [Element]) throws(ModelError) -> [Element] {
            guard values.count == count else {
                throw ModelError(
                    .broken,
                    "constant '\(name)' of shape \(dims) needs \(count) values, and the file has \(values.count)")
            }
            return values
        }
        switch dataType {
        case 1:
            let values = try checked(rawData.isEmpty ? floatData : elements(Float.self))
            return .floats(Tensor(shape: dims.map { Int($0) }, values: values))
        case 6:
            return .integers(try checked(rawData.isEmpty ? int32Data : elements(Int32.self)).map { Int($0) })
        case 7:
            return .integers(try checked(rawData.isEmpty ? int64Data : elements(Int64.self)).map { Int($0) })
        default: return nil
        }
    }

    /// ONNX's raw data is little-endian, as are the machines that we run on.
    private func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
        let count = rawData.count / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = rawData.copyBytes(to: buffer) / MemoryLayout<Element>.stride
        }
    }
}

extension Graph.Node {
    fileprivate init(_ proto: ONNXNodeProto) throws(ModelError) {
        var attributes: [String: Graph.Attribute] = [:]
        for attribute in proto.attribute {
            switch attribute.type {
            case .float: attributes[attribute.name] = .float(attribute.f)
            case .int: attributes[attribute.name] = .integer(Int(attribute.i))
            case .string: attributes[attribute.name] = .string(String(decoding: attribute.s, as: UTF8.self))
            case .floats: attributes[attribute.name] = .floats(attribute.floats)
            case .ints: attributes[attribute.name] = .integers(attribute.ints.map { Int($0) })
            case .tensor:
                switch try attribute.t.contents(attribute.name) {
                case .floats(let tensor): attributes[attribute.name] = .tensor(tensor)
                case .integers(let values): attributes[attribute.name] = .integers(values)
                case nil: break
                }
            // Only operators that we don't have use others.
            case .undefined, .UNRECOGNIZED: break
            }
        }
        // Names are optional in ONNX, and messages need one.
        let name = proto.name.isEmpty ? proto.output.first ?? "" : proto.name
        self.init(
            proto.domain.isEmpty || proto.domain == "ai.onnx" ? proto.opType : "\(proto.domain).\(proto.opType)",
            name: name, inputs: proto.input, outputs: proto.output, attributes: attributes)
    }
}

extension Graph.Value {
    fileprivate init(_ proto: ONNXValueInfoProto) throws(ModelError) {
        guard proto.type.tensorType.elemType == 1 else {
            throw ModelError(
                .unsupported, "'\(proto.name)' is not of float32; export the model with float32 in and out")
        }
        let shape = proto.type.tensorType.shape.dim.map { dimension -> Int? in
            if case .dimValue(let size) = dimension.value, size > 0 { return Int(size) }
            return nil
        }
        self.init(name: proto.name, shape: shape)
    }
}
