/// A network ready to learn from micro-batches of a fixed size. One for each worker.
final class TrainingContext {
    /// N, C, H, W: to be filled before each run.
    let input: UnsafeMutableBufferPointer<Float>
    /// N, K: what the answers should be, as shares that add up to 1, or to the picture's weight.
    let targets: UnsafeMutableBufferPointer<Float>
    /// The parameters have changed since they were brought into the kernels' layouts.
    var needsLoading = true

    private let plan: TrainingPlan
    private let stream: Stream
    private let parameters: ParameterBinding
    private let inputMemory: Memory
    private let targetBuffer: Buffer
    private let logits: Memory
    private let gradient: Memory
    /// Of each answer.
    private let classes: Int

    /// - Parameters:
    ///   - values: the parameters, as `layout` says; they live as long as the context.
    ///   - answers: how many softmaxes the output is cut into.
    init(
        _ graph: Graph, _ layout: ParameterLayout, values: UnsafeMutablePointer<Float>, batch: Int, answers: Int = 1,
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
        let result = try plan.build(graph, input: inputMemory)
        do throws(OneDNNError) {
            guard result.dimensions.count == 2 else {
                throw OneDNNError(call: "the network's answer is no list of classes", status: .init(2))
            }
            let outputs = result.dimensions[1]
            guard answers > 0, outputs % answers == 0 else {
                throw OneDNNError(call: "\(outputs) outputs can't be cut into \(answers) answers", status: .init(2))
            }
            classes = outputs / answers
            logits = try plan.forward(result.memory, as: MemoryDescriptor([batch, outputs]))
            gradient = try Memory(logits.descriptor)
            targetBuffer = Buffer(byteCount: logits.descriptor.byteCount)
            targets = UnsafeMutableBufferPointer(
                start: targetBuffer.base.assumingMemoryBound(to: Float.self), count: batch * outputs)
            try plan.planBackward(from: result, gradient: gradient)
        } catch { throw ModelError(error) }
    }

    /// Forward and backward through the network.
    ///
    /// - Parameters:
    ///   - gradients: gets the gradient of the losses' sum times `scale`: as many floats as the layout has.
    ///   - generator: of all chance in this run.
    /// - Returns: the sum of the losses, unscaled.
    func run(
        gradients: UnsafeMutablePointer<Float>, scale: Float, _ generator: SplitMix64
    ) throws(ModelError) -> Double {
        var generator = generator
        do throws(OneDNNError) {
            try parameters.moveGradients(to: gradients)
            if needsLoading {
                for step in plan.loading { try step.run(on: stream) }
                needsLoading = false
            }
            try run(plan.forward, &generator)
            let loss = CrossEntropy.run(
                logits: logits.floats, targets: targets, gradient: gradient.floats, classes: classes, scale: scale)
            try run(plan.backward, &generator)
            return loss
        } catch { throw ModelError(error) }
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
