/// `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze`: the same numbers in another shape.
struct Reshaping: Operator {
    var isView: Bool { true }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        // Lists of whole numbers have no shape of their own here.
        if let known = node.knownIntegers(0) { return .integers(known) }
        let shape = try node.shape()
        let result =
            switch node.node.operation {
            case "Flatten": try node.flattened(shape)
            case "Reshape": try node.reshaped(shape)
            case "Squeeze": try node.squeezed(shape)
            default: try node.unsqueezed(shape)
            }
        return result == shape ? .identity : .layer(Reshaping(), shape: try node.checked(result))
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        program.view(try program.plain(inputs[0]), as: try MemoryDescriptor(shape))
    }
}

/// `Transpose`: the same numbers with the dimensions in another order. Costs nothing: only strides change.
struct Transposition: Operator {
    /// Which dimension of the input each one of the result is.
    var permutation: [Int]

    var isView: Bool { true }

    static func read(_ node: CheckedNode) throws(ModelError) -> Reading {
        let shape = try node.shape()
        let permutation = try node.integers("perm") ?? shape.indices.reversed()
        guard permutation.sorted() == Array(shape.indices) else {
            throw node.failure("attribute 'perm' is \(permutation) for the shape \(shape)", .invalid)
        }
        guard permutation.first == 0 else { throw node.failure("moves the batch's dimension") }
        return .layer(Transposition(permutation: permutation), shape: permutation.map { shape[$0] })
    }

    func plan(
        _ name: String, _ inputs: [Operand], shape: [Int], in program: ProgramBuilder
    ) throws(OneDNNError) -> Operand {
        let source = try program.strided(inputs[0])
        let strides = source.descriptor.strides
        return program.view(source, as: try MemoryDescriptor(shape, strides: permutation.map { strides[$0] }))
    }
}

extension CheckedNode {
    fileprivate func flattened(_ shape: [Int]) throws(ModelError) -> [Int] {
        let axis = try integer("axis", default: 1)
        let front = axis < 0 ? axis + shape.count : axis
        guard (1...shape.count).contains(front), shape[1..<front].allSatisfy({ $0 == 1 }) else {
            throw failure("at axis \(axis) of \(shape); supported is axis 1")
        }
        return [1, shape[front...].reduce(1, *)]
    }

    fileprivate func reshaped(_ shape: [Int]) throws(ModelError) -> [Int] {
        guard let wanted = try integers("shape", orInput: 1) else { throw failure("has no shape", .invalid) }
        let keepsZeros = try integer("allowzero", default: 0) == 0
        var result = wanted
        for (index, size) in wanted.enumerated() where size == 0 && keepsZeros {
            guard shape.indices.contains(index) else { throw failure("to \(wanted) from \(shape)", .invalid) }
            result[index] = shape[index]
        }
        // A batch of any size is given as -1 or as the size that the model was exported with, which we don't keep to.
        let count = shape.reduce(1, *)
        let known = result.filter { $0 != -1 }
        var product = 1
        for size in known {
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else { throw failure("to \(wanted) from \(shape)", .invalid) }
            product = value
        }
        switch result.count - known.count {
        case 0: break
        case 1 where count % product == 0: result = result.map { $0 == -1 ? count / product : $0 }
        default: throw failure("to \(wanted) from \(shape)", .invalid)
        }
        guard result.reduce(1, *) == count else { throw failure("to \(wanted) from \(shape)", .invalid) }
        return result
    }

    fileprivate func squeezed(_ shape: [Int]) throws(ModelError) -> [Int] {
        let axes = try integers("axes", orInput: 1)
        let dropped: Set<Int>
        if let axes {
            dropped = Set(try axes.map { axis throws(ModelError) in try self.axis(axis, rank: shape.count) })
        } else {
            dropped = Set(shape.indices.dropFirst().filter { shape[$0] == 1 })
        }
        guard !dropped.contains(0), dropped.allSatisfy({ shape[$0] == 1 }) else {
            throw failure("of the axes \(dropped.sorted()) of \(shape)", .invalid)
        }
        return shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
    }

    fileprivate func unsqueezed(_ shape: [Int]) throws(ModelError) -> [Int] {
        let axes = try integers("axes", orInput: 1) ?? []
        let rank = shape.count + axes.count
        let added = Set(try axes.map { axis throws(ModelError) in try self.axis(axis, rank: rank) })
        guard added.count == axes.count, !added.contains(0) else { throw failure("of the axes \(axes)", .invalid) }
        var rest = shape[...]
        return (0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() }
    }
}
