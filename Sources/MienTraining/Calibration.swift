import Glibc
public import MienNN
public import MienVision

/// How sure a network should be, and of which class: its logits divided by one number, the temperature, and a bias for each
/// class added.
///
/// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017; with biases: Alexandari, Kundaje,
/// Shrikumar: Maximum Likelihood with Bias-Corrected Calibration Is Hard-To-Beat at Label Shift Adaptation, 2020.
public struct Calibration: Equatable, Sendable {
    /// Above 1: the network was too sure. From 0.1 to 10.
    public private(set) var temperature = 1.0
    /// In the order of the six; they add up to 0. Above 0: the network named that class too rarely.
    public private(set) var bias = [Double](repeating: 0, count: MienVision.Expression.allCases.count)

    /// The metadata keys of a model's ONNX file. Both are part of the weights by then: nothing is left to do.
    public static let temperatureKey = "mien.temperature"
    public static let biasKey = "mien.bias"

    /// The calibration that makes the labels the most likely, by Newton's method; the loss is convex in the inverse of the
    /// temperature and the biases.
    ///
    /// Biases are thought to be of the order of 1 before anything is seen (a normal prior), so that a few pictures, or none
    /// of a class, move them little.
    ///
    /// - Parameters:
    ///   - answers: of pictures that the network has not learnt from.
    ///   - weights: of a picture of each class, as in training: rare classes are to weigh the same here as there.
    public init(answers: [Probabilities], labels: [MienVision.Expression], weights: [Float]? = nil) {
        let classes = MienVision.Expression.allCases
        // Logits up to a constant, which softmax doesn't see.
        let logits = answers.map { answer in
            classes.map { Double(logf(max(answer[$0], .leastNormalMagnitude))) }
        }
        let weightOf = classes.map { Double(weights?[$0.rawValue] ?? 1) }
        guard zip(answers, labels).contains(where: { weightOf[$1.rawValue] > 0 }) else { return }
        // The inverse of the temperature, then the biases.
        var unknowns = [1] + bias
        for _ in 0..<50 {
            var slope = [0] + unknowns.dropFirst()
            var curvature = unknowns.indices.map { row in
                unknowns.indices.map { row == $0 && row > 0 ? 1.0 : 0 }
            }
            for (logits, label) in zip(logits, labels) {
                Self.add(weightOf[label.rawValue], logits, label.rawValue, unknowns, &slope, &curvature)
            }
            // At a bound that it would cross, or where all answers are alike, the temperature stays what it is.
            if curvature[0][0] <= 0 || unknowns[0] <= 0.1 && slope[0] > 0 || unknowns[0] >= 10 && slope[0] < 0 {
                slope[0] = 0
                for index in unknowns.indices { (curvature[0][index], curvature[index][0]) = (0, 0) }
                curvature[0][0] = 1
            }
            let step = Self.solution(curvature, slope)
            let length = step.map(abs).max() ?? 0
            let factor = length > 1 ? 1 / length : 1
            for index in step.indices { unknowns[index] -= factor * step[index] }
            unknowns[0] = min(max(unknowns[0], 0.1), 10)
            if length < 1e-9 { break }
        }
        temperature = 1 / unknowns[0]
        bias = Array(unknowns[1...])
    }

    /// Adds what one picture contributes to the loss's slope and curvature.
    private static func add(
        _ weight: Double, _ logits: [Double], _ label: Int, _ unknowns: [Double], _ slope: inout [Double],
        _ curvature: inout [[Double]]
    ) {
        let changed = logits.indices.map { unknowns[0] * logits[$0] + unknowns[$0 + 1] }
        let largest = changed.max() ?? 0
        let raw = changed.map { exp($0 - largest) }
        let total = raw.reduce(0, +)
        let shares = raw.map { weight * $0 / total }
        let mean = zip(shares, logits).reduce(0) { $0 + $1.0 * $1.1 }
        slope[0] += mean - weight * logits[label]
        slope[label + 1] -= weight
        guard weight > 0 else { return }
        curvature[0][0] += zip(shares, logits).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } - mean * mean / weight
        for (row, share) in shares.enumerated() {
            slope[row + 1] += share
            let mixed = share * (logits[row] - mean / weight)
            curvature[0][row + 1] += mixed
            curvature[row + 1][0] += mixed
            curvature[row + 1][row + 1] += share
            for (column, other) in shares.enumerated() { curvature[row + 1][column + 1] -= share * other / weight }
        }
    }

    /// Of a system of linear equations whose matrix is positive definite. (Gauss)
    private static func solution(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var (matrix, right) = (matrix, right)
        for pivot in right.indices {
            for row in right.indices where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in right.indices { matrix[row][column] -= factor * matrix[pivot][column] }
                right[row] -= factor * right[pivot]
            }
        }
        return right.indices.map { right[$0] / matrix[$0][$0] }
    }
}

extension Model {
    /// The same network with `calibration` in the weights and the bias of its last layer, so that every program that runs it
    /// gets calibrated shares.
    ///
    /// - Returns: nil where the network doesn't end in a dense layer with a bias and a softmax.
    public func calibrated(_ calibration: Calibration) -> Model? {
        guard let softmax = graph.nodes.last, softmax.operation == "Softmax",
            let dense = graph.nodes.last(where: { $0.outputs.first == softmax.inputs.first }),
            dense.operation == "Gemm", dense.inputs.count == 3, let weights = graph.tensors[dense.inputs[1]],
            let bias = graph.tensors[dense.inputs[2]], bias.values.count == calibration.bias.count
        else { return nil }
        var model = self
        func divided(_ value: Float) -> Double { Double(value) / calibration.temperature }
        model.graph.tensors[dense.inputs[1]] = Tensor(
            shape: weights.shape, values: weights.values.map { Float(divided($0)) })
        model.graph.tensors[dense.inputs[2]] = Tensor(
            shape: bias.shape, values: zip(bias.values, calibration.bias).map { Float(divided($0) + $1) })
        func text(_ value: Double) -> String { "\((value * 1e4).rounded() / 1e4)" }
        model.metadata[Calibration.temperatureKey] = text(calibration.temperature)
        model.metadata[Calibration.biasKey] = calibration.bias.map(text).joined(separator: ",")
        return model
    }
}
