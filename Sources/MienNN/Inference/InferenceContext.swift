/// Runs a network: memory for tensors, input and output. One for each worker; not for two threads at once.
///
/// A sample's output is the same, bit by bit, whatever else is in the batch. Once made, it allocates nothing.
public final class InferenceContext {
    public let network: Network
    public let maximumBatch: Int
    /// `maximumBatch` samples of `network.inputShape`, one after the other, for the caller to fill.
    public let input: UnsafeMutableBufferPointer<Float>

    private let inputCount: Int
    private let results: [UnsafeMutableBufferPointer<Float>]
    private let stream: Stream
    private let body: BoundProgram
    private let head: BoundProgram?

    /// - Parameter maximumBatch: samples for one call of `run`.
    /// - Throws: `ModelError` if oneDNN fails.
    public init(_ network: Network, maximumBatch: Int = 16) throws(ModelError) {
        precondition(maximumBatch > 0)
        self.network = network
        self.maximumBatch = maximumBatch
        Engine.useOneThread()
        do {
            stream = try Stream()
            body = try BoundProgram(network.body)
            head = try network.head.map { program throws(OneDNNError) in try BoundProgram(program) }
        } catch {
            throw ModelError(error)
        }
        inputCount = network.inputShape.reduce(1, *)
        input = .allocate(capacity: inputCount * maximumBatch)
        input.initialize(repeating: 0)
        results = (network.hasLogits ? [0, 1] : [0]).map { _ in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: network.outputCount * maximumBatch)
            buffer.initialize(repeating: 0)
            return buffer
        }
    }

    deinit {
        input.deallocate()
        results.forEach { $0.deallocate() }
    }

    /// The place of one sample's input.
    public func input(_ sample: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: input[sample * inputCount..<(sample + 1) * inputCount])
    }

    /// What came out for one sample: `network.outputCount` numbers, valid until the next `run`.
    public func output(_ sample: Int) -> UnsafeBufferPointer<Float> { result(0, sample) }

    /// What went into the softmax at the end for one sample; nil for a network that ends otherwise.
    public func logits(_ sample: Int) -> UnsafeBufferPointer<Float>? {
        network.hasLogits ? result(1, sample) : nil
    }

    private func result(_ index: Int, _ sample: Int) -> UnsafeBufferPointer<Float> {
        let count = network.outputCount
        return UnsafeBufferPointer(rebasing: results[index][sample * count..<(sample + 1) * count])
    }

    /// Computes the outputs of the first `count` samples.
    ///
    /// - Throws: `ModelError` if oneDNN fails.
    public func run(count: Int) throws(ModelError) {
        precondition((0...maximumBatch).contains(count))
        // The context may have come to another thread since it was made.
        Engine.useOneThread()
        do {
            guard let head else {
                for sample in 0..<count {
                    try runBody(sample)
                    for (index, operand) in network.bodyResults.enumerated() { copy(body[operand], 0, index, sample) }
                }
                return
            }
            for first in stride(from: 0, to: count, by: Network.headRows) {
                let rows = min(Network.headRows, count - first)
                for row in 0..<rows {
                    try runBody(first + row)
                    for (from, to) in zip(network.bodyResults, network.headInputs) {
                        let (from, to) = (body[from], head[to])
                        let size = from.descriptor.byteCount
                        (to.base + row * size).copyMemory(from: from.base, byteCount: size)
                    }
                }
                try head.run(on: stream)
                for (index, operand) in network.headResults.enumerated() {
                    for row in 0..<rows { copy(head[operand], row, index, first + row) }
                }
            }
        } catch {
            throw ModelError(error)
        }
    }

    private func runBody(_ sample: Int) throws(OneDNNError) {
        let source = body[network.bodyInput]
        (source.base).copyMemory(
            from: UnsafeRawPointer(input.baseAddress.unsafelyUnwrapped + sample * inputCount),
            byteCount: inputCount * MemoryLayout<Float>.stride)
        try body.run(on: stream)
    }

    private func copy(_ memory: Memory, _ row: Int, _ index: Int, _ sample: Int) {
        let count = network.outputCount
        let source = memory.base.assumingMemoryBound(to: Float.self) + row * count
        results[index].baseAddress.unsafelyUnwrapped.advanced(by: sample * count).update(from: source, count: count)
    }
}
