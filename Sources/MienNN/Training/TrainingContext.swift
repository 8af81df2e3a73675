/// A network ready to learn from micro-batches of a fixed size. One for each worker.
final class TrainingContext {
    /// N, C, H, W: to be filled before each run.
    let input: UnsafeMutableBufferPointer<Float>
    /// What the loss compares the outputs with, as it wants it: to be filled before each run.
    let targets: UnsafeMutableBufferPointer<Float>
    /// The parameters have changed since they were brought into the kernels' layouts.
    var needsLoading = true

    private let plan: TrainingPlan
    private let stream: Stream
    private let parameters: ParameterBinding
    private let inputMemory: Memory
    private let targetBuffer: Buffer
    private let outputs: [Trainer.Output]
    /// What the kernels write the outputs to, and read their gradients from.
    private let outputMemories: [Memory]
    private let loss: Trainer.Loss

    /// - Parameter values: the parameters, as `layout` says; they live as long as the context.
    init(
        _ graph: Graph, _ layout: ParameterLayout, values: UnsafeMutablePointer<Float>, batch: Int, loss: Trainer.Loss,
        usesBFloat16: Bool
    ) throws(ModelError) {
        let type = usesBFloat16 ? ElementType.bfloat16 : .float32
        let shape = graph.input.shape.dropFirst().compactMap(\.self)
        guard shape.count == 3, graph.input.shape.count == 4 else {
            throw ModelError(.unsupported, "\(graph.name): training needs an input of fixed size, N x C x H x W")
        }
        do throws(OneDNNError) {
            stream = try Stream()
            parameters = ParameterBinding(layout, values: values)
            plan = TrainingPlan(type: type, parameters: parameters)
            inputMemory = try Memory(MemoryDescriptor([batch] + shape))
            input = inputMemory.floats
        } catch { throw ModelError(error) }
        let results = try plan.build(graph, input: inputMemory)
        let count = batch * (try loss.targetCount(results.map(\.dimensions)))
        targetBuffer = Buffer(byteCount: count * MemoryLayout<Float>.stride)
        targets = UnsafeMutableBufferPointer(
            start: targetBuffer.base.assumingMemoryBound(to: Float.self), count: count)
        self.loss = loss
        do throws(OneDNNError) {
            let plan = plan
            let plain = try results.map { result throws(OneDNNError) in
                let values = try plan.forward(result.memory, as: MemoryDescriptor(result.dimensions))
                return (values: values, gradient: try Memory(values.descriptor))
            }
            try plan.planBackward(from: Array(zip(results, plain.map(\.gradient))))
            outputs = plain.map {
                Trainer.Output(
                    shape: $0.values.descriptor.dimensions, values: UnsafeBufferPointer($0.values.floats),
                    gradient: $0.gradient.floats)
            }
            outputMemories = plain.flatMap { [$0.values, $0.gradient] }
        } catch { throw ModelError(error) }
    }

    /// Forward and backward through the network.
    ///
    /// - Parameters:
    ///   - positions: of the pictures in the mini-batch.
    ///   - gradients: gets the gradient of the losses' sum times `scale`: as many floats as the layout has.
    ///   - generator: of all chance in this run.
    /// - Returns: the sum of the losses, unscaled.
    func run(
        _ positions: Range<Int>, gradients: UnsafeMutablePointer<Float>, scale: Float, _ generator: SplitMix64
    ) throws(ModelError) -> Double {
        var generator = generator
        do throws(OneDNNError) {
            try parameters.moveGradients(to: gradients)
            if needsLoading {
                for step in plan.loading { try step.run(on: stream) }
                needsLoading = false
            }
            try run(plan.forward, &generator)
        } catch { throw ModelError(error) }
        for output in outputs { output.gradient.update(repeating: 0) }
        let sum = try loss.body(positions, outputs, UnsafeBufferPointer(targets))
        for output in outputs {
            for index in output.gradient.indices { output.gradient[index] *= scale }
        }
        do throws(OneDNNError) {
            try run(plan.backward, &generator)
        } catch { throw ModelError(error) }
        return sum
    }

    private func run(_ work: [TrainingPlan.Work], _ generator: inout SplitMix64) throws(OneDNNError) {
        for item in work {
            switch item {
            case .step(let step): try step.run(on: stream)
            case .call(let body): body(&generator)
            }
        }
    }
}
