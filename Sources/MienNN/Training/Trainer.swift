import Synchronization

/// Changes a network's parameters so that its answers come closer to what they should be.
///
/// Each mini-batch is cut into shards of a fixed size. Workers take one after the other, each gives a gradient in a
/// place of its own, and these are added in the shards' order: the result is the same to the bit for any number of
/// threads.
public final class Trainer {
    public struct Configuration: Sendable {
        /// Pictures from one change of the parameters to the next; a multiple of `shard`.
        public var batch = 64
        /// Pictures that one worker takes at a time. Batch normalisation sees as many.
        public var shard = 16
        public var threads = 1
        public var optimiser = Optimiser.sgd()
        /// The share of a weight that is taken away in each step at a rate of 1.
        public var weightDecay: Float = 0
        /// The gradient is shortened to this length where it is longer.
        public var largestGradient = Float.infinity
        /// The share of itself that the parameters' moving average keeps in a step; 0: there is none.
        /// Polyak, Juditsky: Acceleration of Stochastic Approximation by Averaging, 1992.
        public var averaging: Float = 0
        /// Learns from the gradient at the point that lies so far up the slope, where the loss is worse: minima come out
        /// flat. Twice the work of a step. Foret et al.: Sharpness-Aware Minimization, 2021.
        public var sharpness: Float = 0
        /// Computes in bfloat16 where nothing is summed up. Only for CPUs with AVX-512, and faster from avx512_bf16 on.
        public var usesBFloat16 = false

        public init() {}
    }

    /// Writes inputs (N, C, H, W) and targets, as the loss wants them, for a range of positions in the mini-batch. Both
    /// may hold what was there for other pictures.
    public typealias Fill =
        @Sendable (
            _ positions: Range<Int>, _ input: UnsafeMutableBufferPointer<Float>,
            _ targets: UnsafeMutableBufferPointer<Float>
        ) throws(ModelError) -> Void

    public let configuration: Configuration
    public let layout: ParameterLayout
    /// Steps taken.
    public private(set) var stepCount = 0

    private let graph: Graph
    private let team: WorkerTeam
    private let contexts: Contexts
    /// Parameters, the optimiser's arrays and the moving average, if there is one, then one gradient for each shard: each `layout.count` floats.
    private let arrays: Arrays
    private let chunks: [Chunk]
    private let lookout: Lookout?

    private struct Contexts: @unchecked Sendable {  // safe: each worker uses only its own
        var all: [TrainingContext]
    }

    private struct Arrays: @unchecked Sendable {  // safe: workers write to parts of their own, and wait between phases
        let parameters: UnsafeMutablePointer<Float>
        let state: [UnsafeMutablePointer<Float>]
        let gradients: [UnsafeMutablePointer<Float>]
        /// The sum of squares of each chunk's gradient.
        let squares: UnsafeMutablePointer<Double>
        /// The loss of each shard.
        let losses: UnsafeMutablePointer<Double>
    }

    /// A part of the flat arrays that is worked on at a time.
    private struct Chunk {
        var range: Range<Int>
        var kind: ParameterLayout.Kind

        static let largest = 1 << 13
    }

    /// - Parameter graph: starts from its initialisers.
    /// - Throws: where the graph has a node that can't be trained, or outputs that the loss can't measure.
    public init(
        _ graph: Graph, _ configuration: Configuration, loss: Loss = .crossEntropy()
    ) throws(ModelError) {
        guard configuration.shard > 0, configuration.batch > 0, configuration.batch % configuration.shard == 0 else {
            throw ModelError(
                .unsupported,
                "a batch of \(configuration.batch) pictures can't be cut into shards of \(configuration.shard)")
        }
        guard Engine.hasAVX512 || !configuration.usesBFloat16 else {
            throw ModelError(.unsupported, "this CPU can't compute in bfloat16, which takes AVX-512: train without it")
        }
        self.configuration = configuration
        self.graph = graph
        let layout = try ParameterLayout(graph)
        self.layout = layout
        let shards = configuration.batch / configuration.shard
        func zeros() -> UnsafeMutablePointer<Float> {
            let array = UnsafeMutableRawPointer.allocate(
                byteCount: max(layout.count, 1) * MemoryLayout<Float>.stride, alignment: 64)
            return array.initializeMemory(as: Float.self, repeating: 0, count: max(layout.count, 1))
        }
        chunks = layout.slots.flatMap { slot in
            stride(from: slot.range.lowerBound, to: slot.range.upperBound, by: Chunk.largest).map {
                Chunk(range: $0..<min($0 + Chunk.largest, slot.range.upperBound), kind: slot.kind)
            }
        }
        arrays = Arrays(
            parameters: zeros(),
            state: (0..<configuration.optimiser.stateCount + (configuration.averaging > 0 ? 1 : 0)).map { _ in zeros()
            },
            gradients: (0..<shards).map { _ in zeros() },
            squares: .allocate(capacity: max(chunks.count, 1)), losses: .allocate(capacity: shards))
        team = WorkerTeam(min(configuration.threads, shards))
        Engine.useOneThread()
        var all: [TrainingContext] = []
        for _ in 0..<team.count {
            all.append(
                try TrainingContext(
                    graph, layout, values: arrays.parameters, batch: configuration.shard, loss: loss,
                    usesBFloat16: configuration.usesBFloat16))
        }
        contexts = Contexts(all: all)
        lookout =
            configuration.sharpness > 0
            ? Lookout(
                parameters: layout.count, input: all[0].input.count, targets: all[0].targets.count, shards: shards)
            : nil
        parameters = layout.values(of: graph)
    }

    deinit {
        arrays.parameters.deallocate()
        for array in arrays.state + arrays.gradients { array.deallocate() }
        arrays.squares.deallocate()
        arrays.losses.deallocate()
    }

    /// Numbers that say what should come out for a picture: with cross entropy as many as come out.
    public var targetCount: Int { contexts.all[0].targets.count / configuration.shard }

    /// All parameters, as `layout` says.
    public var parameters: [Float] {
        get { Array(UnsafeBufferPointer(start: arrays.parameters, count: layout.count)) }
        set {
            for (index, value) in newValue.prefix(layout.count).enumerated() { arrays.parameters[index] = value }
            contexts.all.forEach { $0.needsLoading = true }
        }
    }

    /// The moving average of the parameters, running statistics included, or else the parameters themselves.
    public var averagedParameters: [Float] {
        guard configuration.averaging > 0, stepCount > 0, let average = arrays.state.last else { return parameters }
        return Array(UnsafeBufferPointer(start: average, count: layout.count))
    }

    /// What the optimiser and the average remember: to be kept with the parameters, for going on later as if without a break.
    public var optimiserState: (steps: Int, arrays: [[Float]]) {
        get { (stepCount, arrays.state.map { Array(UnsafeBufferPointer(start: $0, count: layout.count)) }) }
        set {
            stepCount = newValue.steps
            for (array, values) in zip(arrays.state, newValue.arrays) {
                for (index, value) in values.prefix(layout.count).enumerated() { array[index] = value }
            }
        }
    }

    /// The network with parameters in the order of `layout`.
    public func graph(with parameters: [Float]) -> Graph { layout.graph(graph, with: parameters) }

    /// One step on one mini-batch.
    ///
    /// - Parameters:
    ///   - rate: the learning rate.
    ///   - seed: of all chance in this step, such as dropout's.
    ///   - fill: called on several threads at once.
    /// - Returns: the mean loss over the mini-batch, before the step.
    public func step(rate: Float, seed: UInt64, fill: Fill) throws(ModelError) -> Double {
        let loss: Double
        if let lookout {
            loss = try gradient(from: lookout, seed: seed, fill: fill)
        } else {
            loss = try gradient(seed: seed, fill: fill)
        }
        stepCount += 1
        let (chunks, arrays, configuration, step) = (chunks, arrays, configuration, stepCount)
        let length = gradientLength
        let factor = length > configuration.largestGradient ? configuration.largestGradient / length : 1
        team.forEach(chunks.count) { _, item in
            let (range, kind) = (chunks[item].range, chunks[item].kind)
            let (parameters, gradient) = (arrays.parameters + range.lowerBound, arrays.gradients[0] + range.lowerBound)
            defer { Self.average(chunks[item].range, arrays, configuration.averaging, step: step) }
            if kind == .statistic {
                // A running mean; shards' figures are sums over the shards by now.
                let share = 0.1 / Float(arrays.gradients.count)
                for index in 0..<range.count { parameters[index] = 0.9 * parameters[index] + share * gradient[index] }
                return
            }
            if factor < 1 { for index in 0..<range.count { gradient[index] *= factor } }
            configuration.optimiser.update(
                parameters, gradient: gradient, state: arrays.state.map { $0 + range.lowerBound }, count: range.count,
                rate: rate, decay: kind == .weight ? configuration.weightDecay : 0, step: step)
        }
        contexts.all.forEach { $0.needsLoading = true }
        return loss
    }

    /// Goes a part of the way from the average to the parameters: all of it in the first step, then a tenth or less.
    private static func average(_ range: Range<Int>, _ arrays: Arrays, _ averaging: Float, step: Int) {
        guard averaging > 0, let average = arrays.state.last else { return }
        let kept = min(averaging, Float(step - 1) / Float(step + 8))
        for index in range { average[index] = kept * average[index] + (1 - kept) * arrays.parameters[index] }
    }

    /// Of what is learnt, added in the chunks' order too.
    private var gradientLength: Float {
        var squares = 0.0
        for chunk in chunks.indices { squares += arrays.squares[chunk] }
        return Float(squares.squareRoot())
    }

    /// As `gradient(seed:fill:)`, but the gradient that is left is the one up the slope; running statistics and the loss are
    /// those of where the parameters are.
    private func gradient(from lookout: Lookout, seed: UInt64, fill: Fill) throws(ModelError) -> Double {
        let shard = configuration.shard
        let loss = try gradient(seed: seed) { positions, input, targets throws(ModelError) in
            try fill(positions, input, targets)
            lookout.keep(positions.lowerBound / shard, input, targets)
        }
        let (chunks, arrays) = (chunks, arrays)
        let stride = configuration.sharpness / max(gradientLength, .leastNormalMagnitude)
        team.forEach(chunks.count) { _, item in
            for index in chunks[item].range {
                if chunks[item].kind == .statistic {
                    lookout.kept[index] = arrays.gradients[0][index]
                } else {
                    lookout.kept[index] = arrays.parameters[index]
                    arrays.parameters[index] += stride * arrays.gradients[0][index]
                }
            }
        }
        contexts.all.forEach { $0.needsLoading = true }
        _ = try gradient(seed: seed) { positions, input, targets throws(ModelError) in
            lookout.fill(positions.lowerBound / shard, input, targets)
        }
        team.forEach(chunks.count) { _, item in
            let place = chunks[item].kind == .statistic ? arrays.gradients[0] : arrays.parameters
            for index in chunks[item].range { place[index] = lookout.kept[index] }
        }
        return loss
    }

    /// The mean loss over a mini-batch; its gradient is left in the first of the gradients' arrays.
    private func gradient(seed: UInt64, fill: Fill) throws(ModelError) -> Double {
        let (contexts, arrays, shard, batch) = (contexts, arrays, configuration.shard, configuration.batch)
        let failure = Mutex<ModelError?>(nil)
        team.forEach(arrays.gradients.count) { worker, item in
            let context = contexts.all[worker]
            let positions = (item * shard)..<((item + 1) * shard)
            do throws(ModelError) {
                try fill(positions, context.input, context.targets)
                arrays.losses[item] = try context.run(
                    positions, gradients: arrays.gradients[item], scale: 1 / Float(batch),
                    SplitMix64(seed, UInt64(item)))
            } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock(\.self) { throw failure }

        let chunks = chunks
        team.forEach(chunks.count) { _, item in
            let range = chunks[item].range
            let sum = arrays.gradients[0]
            for gradient in arrays.gradients.dropFirst() {
                for index in range { sum[index] += gradient[index] }
            }
            var squares: Float = 0
            if chunks[item].kind != .statistic {
                for index in range { squares += sum[index] * sum[index] }
            }
            arrays.squares[item] = Double(squares)
        }
        var loss = 0.0
        for item in arrays.gradients.indices { loss += arrays.losses[item] }
        return loss / Double(batch)
    }

    /// The mean loss over a mini-batch and its gradient, without a step: to check gradients by.
    package func lossAndGradient(seed: UInt64, fill: Fill) throws(ModelError) -> (loss: Double, gradient: [Float]) {
        let loss = try gradient(seed: seed, fill: fill)
        return (loss, Array(UnsafeBufferPointer(start: arrays.gradients[0], count: layout.count)))
    }
}
