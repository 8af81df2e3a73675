/// TEMPORARY until the inference engine is there.
public final class TemporaryForward {
    private let context: TrainingContext
    private let values: UnsafeMutablePointer<Float>
    public let batch: Int
    public init(_ graph: Graph, batch: Int) throws(ModelError) {
        Engine.useOneThread()
        self.batch = batch
        var graph = graph
        var renamed: [String: String] = [:]
        graph.nodes = graph.nodes.compactMap { node in
            var node = node
            node.inputs = node.inputs.map { renamed[$0] ?? $0 }
            if node.operation == "Dropout" {
                renamed[node.outputs[0]] = node.inputs[0]
                return nil
            }
            return node
        }
        let layout = try ParameterLayout(graph)
        values = .allocate(capacity: layout.count)
        values.initialize(from: layout.values(of: graph), count: layout.count)
        context = try TrainingContext(graph, layout, values: values, batch: batch, usesBFloat16: false)
    }
    deinit { values.deallocate() }
    public var input: UnsafeMutableBufferPointer<Float> { context.input }
    public func run() throws(ModelError) -> UnsafeMutableBufferPointer<Float> { try context.runForwardOnly() }
}
extension TrainingContext {
    func runForwardOnly() throws(ModelError) -> UnsafeMutableBufferPointer<Float> {
        var generator = SplitMix64(0)
        do throws(OneDNNError) {
            if needsLoading {
                for step in plan.loading { try step.run(on: stream) }
                needsLoading = false
            }
            try run(plan.forward, &generator)
        } catch { throw ModelError(error) }
        _ = CrossEntropy.run(
            logits: logits.floats, targets: targets, gradient: gradient.floats, classes: classes, scale: 1)
        return gradient.floats
    }
}
