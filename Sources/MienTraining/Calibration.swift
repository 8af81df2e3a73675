import Glibc
public import MienNN
public import MienVision

/// How sure a network should be: its logits divided by one number, the temperature.
///
/// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017.
public enum Calibration {
    /// The metadata key of a model's ONNX file. The temperature is part of the weights by then: nothing is left to do.
    public static let metadataKey = "mien.temperature"

    /// The temperature that makes the labels the most likely, by Newton's method on its inverse, in which the loss is
    /// convex. Above 1: the network was too sure.
    ///
    /// - Parameter answers: of pictures that the network has not learnt from.
    /// - Returns: from 0.1 to 10; 1 where there are no answers.
    public static func temperature(answers: [Probabilities], labels: [MienVision.Expression]) -> Double {
        // Logits up to a constant, which softmax doesn't see.
        let logits = answers.map { answer in
            MienVision.Expression.allCases.map { Double(logf(max(answer[$0], .leastNormalMagnitude))) }
        }
        var inverse = 1.0
        for _ in 0..<50 {
            var (slope, curvature) = (0.0, 0.0)
            for (logits, label) in zip(logits, labels) {
                let largest = logits.max() ?? 0
                let weights = logits.map { exp(inverse * ($0 - largest)) }
                let total = weights.reduce(0, +)
                let mean = zip(weights, logits).reduce(0) { $0 + $1.0 * $1.1 } / total
                let square = zip(weights, logits).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } / total
                slope += mean - logits[label.rawValue]
                curvature += square - mean * mean
            }
            guard curvature > 0 else { break }
            let next = min(max(inverse - slope / curvature, inverse / 2, 0.1), inverse * 2, 10)
            defer { inverse = next }
            if abs(next - inverse) < 1e-9 { break }
        }
        return 1 / inverse
    }
}

extension Model {
    /// The same network with its logits divided by `temperature`, in the weights and the bias of its last layer, so that
    /// every program that runs it gets calibrated shares.
    ///
    /// - Returns: nil where the network doesn't end in a dense layer and a softmax.
    public func divided(byTemperature temperature: Double) -> Model? {
        guard let softmax = graph.nodes.last, softmax.operation == "Softmax",
            let dense = graph.nodes.last(where: { $0.outputs.first == softmax.inputs.first }),
            dense.operation == "Gemm"
        else { return nil }
        var model = self
        for name in dense.inputs.dropFirst() {
            guard let tensor = graph.tensors[name] else { return nil }
            model.graph.tensors[name] = Tensor(
                shape: tensor.shape, values: tensor.values.map { Float(Double($0) / temperature) })
        }
        model.metadata[Calibration.metadataKey] = "\((temperature * 1e4).rounded() / 1e4)"
        return model
    }
}
