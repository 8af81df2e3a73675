/// What one layer of a network computes, checked and with its constants: it plans the kernels that do it.
///
/// Tensors of pictures are N, C, H, W in shapes and N, H, W, C in memory: on today's CPUs the kernels for that layout
/// are as fast as those for blocked ones (also with 5, 10 or 15 channels, which blocked layouts pad to 16), and no
/// tensor ever needs to be brought into another order between layers.
protocol Operator: Sendable {
    /// Appends its kernels to the program.
    ///
    /// - Parameters:
    ///   - name: the node's, for messages.
    ///   - inputs: as many as the layer has.
    ///   - shape: of what comes out, `program.rows` samples.
    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand

    /// The operator that does the same and then multiplies by a factor and adds a term for each channel; nil if there
    /// is none.
    func scaled(by scale: [Float], shift: [Float]) -> (any Operator)?

    /// The operator that does the same and then the functions, in order; nil if there is none.
    func followed(by functions: [Activation.Function]) -> (any Operator)?

    /// The operator that adds its result to one more input, which is lost; nil if there is none.
    func accumulating() -> (any Operator)?

    /// Numbers that are read once for each run, however many samples there are.
    var weightCount: Int { get }

    /// Multiplications and additions for each number of the result.
    var operationsPerValue: Int { get }

    /// The input that the result is written over, by number.
    var writesInto: Int? { get }

    /// What comes out is the same memory as what goes in, seen otherwise.
    var isView: Bool { get }
}

extension Operator {
    func scaled(by scale: [Float], shift: [Float]) -> (any Operator)? { nil }
    func followed(by functions: [Activation.Function]) -> (any Operator)? { nil }
    func accumulating() -> (any Operator)? { nil }
    var weightCount: Int { 0 }
    var operationsPerValue: Int { 1 }
    var writesInto: Int? { nil }
    var isView: Bool { false }
}

/// What a node of a graph turns out to be.
enum Reading {
    /// A layer that works on the node's inputs of these numbers, and the shape of its result for one sample.
    case layer(any Operator, inputs: [Int] = [0], shape: [Int])
    /// Its result is its first input.
    case identity
    /// Its result is known by now.
    case integers([Int])
}

/// All operators by ONNX's names. A new one is a line here and a file beside this one.
let readers: [String: @Sendable (CheckedNode) throws(ModelError) -> Reading] = [
    "Add": Arithmetic.read,
    "AveragePool": Pooling.read,
    "BatchNormalization": Normalisation.read,
    "Cast": Integers.cast,
    "Clip": Activation.read,
    "Concat": Integers.concatenate,
    "Conv": Convolution.read,
    "Div": Arithmetic.read,
    "Dropout": { _ in .identity },
    "Elu": Activation.read,
    "Flatten": Reshaping.read,
    "Gather": Integers.gather,
    "Gemm": Dense.read,
    "GlobalAveragePool": Pooling.read,
    "GlobalMaxPool": Pooling.read,
    "HardSigmoid": Activation.read,
    "HardSwish": Activation.read,
    "Identity": { _ in .identity },
    "LeakyRelu": Activation.read,
    "MatMul": Dense.read,
    "MaxPool": Pooling.read,
    "Mul": Arithmetic.read,
    "ReduceMean": Pooling.read,
    "Relu": Activation.read,
    "Reshape": Reshaping.read,
    "Resize": Resampling.read,
    "Shape": Integers.shape,
    "Sigmoid": Activation.read,
    "Slice": Integers.slice,
    "Softmax": Softmax.read,
    "Squeeze": Reshaping.read,
    "Sub": Arithmetic.read,
    "Tanh": Activation.read,
    "Transpose": Transposition.read,
    "Unsqueeze": Reshaping.read,
]
