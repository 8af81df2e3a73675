import Glibc

/// Softmax and cross entropy together, since their common gradient is so simple.
enum CrossEntropy {
    /// For each picture n with logits z and target shares t: p = softmax(z), loss = -sum of t log p,
    /// dz = (p sum of t - t) scale.
    ///
    /// - Parameters:
    ///   - logits, targets, gradient: N, K each. The sum of a picture's targets is its weight.
    /// - Returns: the losses' sum, unscaled.
    static func run(
        logits: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>,
        gradient: UnsafeMutableBufferPointer<Float>, classes: Int, scale: Float
    ) -> Double {
        var sum = 0.0
        for start in stride(from: 0, to: logits.count, by: classes) {
            let range = start..<(start + classes)
            var (largest, weight) = (-Float.infinity, Float(0))
            for k in range {
                largest = max(largest, logits[k])
                weight += targets[k]
            }
            var total: Float = 0
            for k in range {
                gradient[k] = expf(logits[k] - largest)
                total += gradient[k]
            }
            let logTotal = logf(total) + largest
            for k in range {
                sum += Double(targets[k] * (logTotal - logits[k]))
                gradient[k] = (gradient[k] / total * weight - targets[k]) * scale
            }
        }
        return sum
    }
}
