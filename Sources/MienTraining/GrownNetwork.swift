public import MienNN

extension StartingNetwork {
    /// What it has learnt, in a network of more residual blocks, which gives the same answers until it learns on: the last
    /// scale of each new block is zero, so that it adds nothing yet (Goyal et al.: Accurate, Large Minibatch SGD, 2017).
    ///
    /// Layers are taken for the same in their order where their weights have the same shape. So a new block stands behind
    /// those of its size.
    ///
    /// - Parameter larger: fresh from its architecture.
    /// - Throws: `DataError` where that lacks one of the layers that have learnt.
    public func grown(to larger: Graph) throws(DataError) -> Graph {
        var result = larger
        var learnt = graph.nodes.filter(\.learns)[...]
        let added = Set(larger.nodes.filter { $0.operation == "Add" }.flatMap(\.inputs))
        for node in larger.nodes where node.learns {
            if let next = learnt.first, next.operation == node.operation,
                next.inputs.dropFirst().map({ graph.tensors[$0]?.shape })
                    == node.inputs.dropFirst().map({ larger.tensors[$0]?.shape })
            {
                for (from, to) in zip(next.inputs, node.inputs).dropFirst() { result.tensors[to] = graph.tensors[from] }
                learnt.removeFirst()
            } else if node.operation == "BatchNormalization", let output = node.outputs.first, added.contains(output),
                let scale = larger.tensors[node.inputs[1]]
            {
                result.tensors[node.inputs[1]] = Tensor(shape: scale.shape, values: scale.values.map { _ in 0 })
            }
        }
        guard let missing = learnt.first else { return result }
        throw DataError(
            "the architecture \(larger.name) cannot go on from \(name): it has no place for what \(missing.name) has learnt"
        )
    }
}
