/// Runs a network: memory for tensors, input and output. One for each worker; not for two threads at once.
///
/// A sample's output is the same, bit by bit, whatever else is in the batch. Once made, it allocates nothing.
public final class InferenceContext {
    public let network: Network
    public let maximumBatch: Int
    /// `maximumBatch` samples of `network.inputShape`, one after the other, for the caller to fill.
    public let input: UnsafeMutableBufferPointer<Float>

    private let results: [UnsafeMutableBufferPointer<Float>]
    private let stream: Stream
    private let body: BoundProgram
    private let head: BoundProgram?
    private let bodyInput: UnsafeMutableRawPointer
    /// What goes from the body to a row of the head, or of the results if there is no head.
    private let fromBody: [Transfer]
    /// What goes from a row of the head to the results.
    private let fromHead: [Transfer]

    private struct Transfer {
        let source: UnsafeMutableRawPointer
        let destination: UnsafeMutableRawPointer
        /// Of one row.
        let byteCount: Int

        func copy(row: Int, to other: Int) {
            (destination + other * byteCount).copyMemory(from: source + row * byteCount, byteCount: byteCount)
        }
    }

    /// - Parameter maximumBatch: samples for one call of `run`, at least 1.
    /// - Throws: `ModelError` if oneDNN fails.
    public init(_ network: Network, maximumBatch: Int = 16) throws(ModelError) {
        precondition(maximumBatch > 0)
        Engine.useOneThread()
        do {
            stream = try Stream()
            body = try BoundProgram(network.body)
            head = try network.head.map { program throws(OneDNNError) in try BoundProgram(program) }
        } catch {
            throw ModelError(error)
        }
        self.network = network
        self.maximumBatch = maximumBatch
        input = Self.allocate(network.inputShape.reduce(1, *) * maximumBatch)
        let counts = network.outputs.map { $0.shape.reduce(1, *) }
        results = (counts + (network.hasLogits ? [network.outputCount] : [])).map { Self.allocate($0 * maximumBatch) }
        bodyInput = body[network.bodyInput].base
        let (body, outside) = (body, results.map { UnsafeMutableRawPointer($0.baseAddress.unsafelyUnwrapped) })
        let places = head.map { head in network.headInputs.map { head[$0].base } } ?? outside
        fromBody = zip(network.bodyResults, places).map {
            Transfer(source: body[$0].base, destination: $1, byteCount: $0.descriptor.byteCount)
        }
        fromHead =
            head.map { head in
                zip(network.headResults, outside).map {
                    Transfer(
                        source: head[$0].base, destination: $1,
                        byteCount: $0.descriptor.byteCount / Network.headRows)
                }
            } ?? []
    }

    deinit {
        input.deallocate()
        results.forEach { $0.deallocate() }
    }

    private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        buffer.initialize(repeating: 0)
        return buffer
    }

    /// The place of one sample's input.
    public func input(_ sample: Int) -> UnsafeMutableBufferPointer<Float> {
        let count = input.count / maximumBatch
        return UnsafeMutableBufferPointer(rebasing: input[sample * count..<(sample + 1) * count])
    }

    /// What came out for one sample: the numbers of one of `network.outputs`, valid until the next `run`.
    public func output(_ sample: Int, _ index: Int = 0) -> UnsafeBufferPointer<Float> { result(index, sample) }

    /// What went into the softmax at the end for one sample; nil for a network that ends otherwise.
    public func logits(_ sample: Int) -> UnsafeBufferPointer<Float>? {
        network.hasLogits ? result(results.count - 1, sample) : nil
    }

    private func result(_ index: Int, _ sample: Int) -> UnsafeBufferPointer<Float> {
        let count = results[index].count / maximumBatch
        return UnsafeBufferPointer(rebasing: results[index][sample * count..<(sample + 1) * count])
    }

    /// Computes the outputs of the first `count` samples, at most `maximumBatch`.
    ///
    /// - Throws: `ModelError` if oneDNN fails.
    public func run(count: Int) throws(ModelError) {
        precondition((0...maximumBatch).contains(count))
        // The context may have come to another thread since it was made.
        Engine.useOneThread()
        do {
            for first in stride(from: 0, to: count, by: Network.headRows) {
                let rows = min(Network.headRows, count - first)
                for row in 0..<rows {
                    let source = UnsafeRawPointer(input(first + row).baseAddress.unsafelyUnwrapped)
                    bodyInput.copyMemory(from: source, byteCount: network.bodyInput.descriptor.byteCount)
                    try body.run(on: stream)
                    for transfer in fromBody { transfer.copy(row: 0, to: head == nil ? first + row : row) }
                }
                guard let head else { continue }
                // Rows that are left over hold what they held before; nobody looks at what becomes of them.
                try head.run(on: stream)
                for row in 0..<rows { for transfer in fromHead { transfer.copy(row: row, to: first + row) } }
            }
        } catch {
            throw ModelError(error)
        }
    }
}
