/// A network as data: what is computed from what, and with which numbers. Operators, attributes and tensor layouts
/// (N, C, H, W) are ONNX's: https://github.com/onnx/onnx/blob/main/docs/Operators.md.
public struct Graph: Equatable, Sendable {
    public var name: String
    /// In an order in which each comes after those it depends on.
    public var nodes: [Node]
    /// Constants by name: weights, biases, statistics.
    public var tensors: [String: Tensor]
    /// Constants that are whole numbers, by name: target shapes, axes.
    public var integers: [String: [Int]]
    public var input: Value
    /// At least one.
    public var outputs: [Value]
    /// The first, and of most networks the only one.
    public var output: Value {
        get { outputs[0] }
        set { outputs[0] = newValue }
    }
    /// The version of ONNX's operators that the nodes are meant in: details of some changed over time.
    public var operatorSet: Int

    /// The operator set that new graphs are written in. ONNX 1.12 and all later versions know it.
    public static let currentOperatorSet = 17

    public init(
        name: String, nodes: [Node] = [], tensors: [String: Tensor] = [:], integers: [String: [Int]] = [:],
        input: Value, outputs: [Value], operatorSet: Int = Graph.currentOperatorSet
    ) {
        precondition(!outputs.isEmpty)
        self.name = name
        self.nodes = nodes
        self.tensors = tensors
        self.integers = integers
        self.input = input
        self.outputs = outputs
        self.operatorSet = operatorSet
    }

    /// With a single output.
    public init(
        name: String, nodes: [Node] = [], tensors: [String: Tensor] = [:], integers: [String: [Int]] = [:],
        input: Value, output: Value, operatorSet: Int = Graph.currentOperatorSet
    ) {
        self.init(
            name: name, nodes: nodes, tensors: tensors, integers: integers, input: input, outputs: [output],
            operatorSet: operatorSet)
    }

    /// The same network for pictures of another size, in pixels; nil: of any.
    ///
    /// The sizes of outputs that are pictures follow from it and are left open here.
    ///
    /// - Precondition: the input is a picture: N, C, H, W.
    public func withPictureSize(height: Int?, width: Int?) -> Graph {
        precondition(input.shape.count == 4)
        var result = self
        result.input.shape = Array(input.shape[..<2]) + [height, width]
        for index in outputs.indices where outputs[index].shape.count == 4 {
            result.outputs[index].shape = Array(outputs[index].shape[..<2]) + [nil, nil]
        }
        return result
    }

    /// What goes into the graph or comes out of it.
    public struct Value: Equatable, Sendable {
        public var name: String
        /// Nil: any size. The first dimension counts the samples of a batch.
        public var shape: [Int?]

        public init(name: String, shape: [Int?]) {
            self.name = name
            self.shape = shape
        }
    }

    public struct Node: Equatable, Sendable {
        public var name: String
        /// ONNX's name of what it computes, such as `Conv`.
        public var operation: String
        /// Names of values or constants; empty where an optional one is left out.
        public var inputs: [String]
        public var outputs: [String]
        public var attributes: [String: Attribute]

        public init(
            _ operation: String, name: String, inputs: [String], outputs: [String],
            attributes: [String: Attribute] = [:]
        ) {
            self.name = name
            self.operation = operation
            self.inputs = inputs
            self.outputs = outputs
            self.attributes = attributes
        }
    }

    public enum Attribute: Equatable, Sendable {
        case integer(Int)
        case float(Float)
        case string(String)
        case integers([Int])
        case floats([Float])
        case tensor(Tensor)
    }
}
