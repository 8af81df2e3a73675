import Glibc

extension Trainer {
    /// One output of the network for the pictures of a shard: float32 in the order of its dimensions.
    public struct Output: @unchecked Sendable {  // safe: only the worker that computes the shard has it
        /// N, and the dimensions for one picture: N, K or N, C, H, W.
        public let shape: [Int]
        public let values: UnsafeBufferPointer<Float>
        /// Of the loss by each value: zero at first, to be added to.
        public let gradient: UnsafeMutableBufferPointer<Float>
    }

    /// How wrong the network's outputs are, and which way they should go.
    public struct Loss: Sendable {
        /// The sum of the losses of a shard's pictures, whose gradient it adds to the outputs'. The mean over the
        /// mini-batch is the trainer's business. Depends on its arguments alone; runs on several threads at once.
        ///
        /// - Parameters:
        ///   - positions: of the pictures in the mini-batch.
        ///   - outputs: in the order of the graph's.
        ///   - targets: what the trainer's `Fill` wrote.
        public typealias Body =
            @Sendable (
                _ positions: Range<Int>, _ outputs: [Output], _ targets: UnsafeBufferPointer<Float>
            ) throws(ModelError) -> Double

        /// Numbers that say what should come out for one picture, given the outputs' shapes.
        let targetCount: @Sendable (_ shapes: [[Int]]) throws(ModelError) -> Int
        let body: Body

        /// - Parameter targetCount: of one picture.
        public init(targetCount: Int, _ body: @escaping Body) {
            self.targetCount = { _ in targetCount }
            self.body = body
        }

        private init(
            targetCount: @escaping @Sendable ([[Int]]) throws(ModelError) -> Int, _ body: @escaping Body
        ) {
            (self.targetCount, self.body) = (targetCount, body)
        }

        /// Softmax and cross entropy together, since their common gradient is so simple: with logits z and target shares
        /// t, p = softmax(z), loss = -sum of t log p, dz = p sum of t - t.
        ///
        /// The targets of a picture, as many as outputs, add up to 1 or to the picture's weight.
        ///
        /// - Parameter answers: the output is cut into so many equal parts, each with a softmax and targets of its own. A
        ///   part whose targets are all 0 teaches nothing.
        public static func crossEntropy(answers: Int = 1) -> Loss {
            Loss(targetCount: { shapes throws(ModelError) in
                guard shapes.count == 1, shapes[0].count == 2 else {
                    throw ModelError(.unsupported, "the network's answer is no list of classes: its shape is \(shapes)")
                }
                guard answers > 0, shapes[0][1] % answers == 0 else {
                    throw ModelError(.unsupported, "\(shapes[0][1]) outputs can't be cut into \(answers) answers")
                }
                return shapes[0][1]
            }) { _, outputs, targets in
                crossEntropy(outputs[0], targets, classes: outputs[0].shape[1] / answers)
            }
        }

        private static func crossEntropy(_ output: Output, _ targets: UnsafeBufferPointer<Float>, classes: Int)
            -> Double
        {
            let (logits, gradient) = (output.values, output.gradient)
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
                    gradient[k] = gradient[k] / total * weight - targets[k]
                }
            }
            return sum
        }
    }
}
