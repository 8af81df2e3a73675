internal import FoundationEssentials
internal import SwiftProtobuf

extension Model {
    /// The contents of an ONNX file that holds this model, the same bytes every time.
    ///
    /// - Throws: `ModelError` if the model is larger than the format allows (2 GB).
    public func onnx() throws(ModelError) -> [UInt8] {
        let proto = ONNXModelProto.with {
            $0.irVersion = 8  // that of operator set 17
            $0.producerName = producer
            $0.opsetImport = [.with { $0.version = Int64(graph.operatorSet) }]
            $0.graph = graph.proto
            $0.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
                .with { ($0.key, $0.value) = (key, value) }
            }
        }
        do {
            return try proto.serializedBytes()
        } catch {
            throw ModelError(.unsupported, "cannot write the model as ONNX: \(error)")
        }
    }
}

extension Graph {
    fileprivate var proto: ONNXGraphProto {
        .with {
            $0.name = name
            $0.node = nodes.map(\.proto)
            $0.initializer =
                tensors.sorted { $0.key < $1.key }.map { ONNXTensorProto($0.value, name: $0.key) }
                + integers.sorted { $0.key < $1.key }.map { ONNXTensorProto($0.value, name: $0.key) }
            $0.input = [input.proto]
            $0.output = outputs.map(\.proto)
        }
    }
}

extension Graph.Value {
    fileprivate var proto: ONNXValueInfoProto {
        .with {
            $0.name = name
            $0.type.tensorType.elemType = 1
            $0.type.tensorType.shape.dim = shape.enumerated().map { index, size in
                .with {
                    $0.value = size.map { .dimValue(Int64($0)) } ?? .dimParam(index == 0 ? "batch" : "\(name).\(index)")
                }
            }
        }
    }
}

extension Graph.Node {
    fileprivate var proto: ONNXNodeProto {
        .with {
            $0.name = name
            $0.opType = operation
            $0.input = inputs
            $0.output = outputs
            $0.attribute = attributes.sorted { $0.key < $1.key }.map { $0.value.proto(named: $0.key) }
        }
    }
}

extension Graph.Attribute {
    fileprivate func proto(named name: String) -> ONNXAttributeProto {
        .with {
            $0.name = name
            switch self {
            case .integer(let value): ($0.type, $0.i) = (.int, Int64(value))
            case .float(let value): ($0.type, $0.f) = (.float, value)
            case .string(let value): ($0.type, $0.s) = (.string, Data(value.utf8))
            case .integers(let values): ($0.type, $0.ints) = (.ints, values.map { Int64($0) })
            case .floats(let values): ($0.type, $0.floats) = (.floats, values)
            case .tensor(let tensor): ($0.type, $0.t) = (.tensor, ONNXTensorProto(tensor, name: ""))
            }
        }
    }
}

extension ONNXTensorProto {
    fileprivate init(_ tensor: Tensor, name: String) {
        self.name = name
        dataType = 1
        dims = tensor.shape.map { Int64($0) }
        rawData = tensor.values.withUnsafeBytes { Data($0) }
    }

    fileprivate init(_ integers: [Int], name: String) {
        self.name = name
        dataType = 7
        dims = [Int64(integers.count)]
        rawData = integers.withUnsafeBytes { Data($0) }
    }
}
