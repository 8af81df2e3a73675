// What a node computes from constants alone is known beforehand. Exporters leave such nodes in a graph: weights that are
// brought into another shape, sizes that are calculated from sizes.

extension CheckedNode {
    enum Constant {
        case tensor(Tensor)
        case integers([Int])
    }

    /// The node's result where it follows from constants; nil where something must be computed, or where the operator's
    /// own reader knows the constants.
    func folded() throws(ModelError) -> Constant? {
        if let tensor = constant(0) { return try folded(tensor) }
        guard let a = knownIntegers(0), let b = knownIntegers(1) else { return nil }
        let function: (Int, Int) -> (partialValue: Int, overflow: Bool)
        switch node.operation {
        case "Add": function = { $0.addingReportingOverflow($1) }
        case "Sub": function = { $0.subtractingReportingOverflow($1) }
        case "Mul": function = { $0.multipliedReportingOverflow(by: $1) }
        case "Div": function = { $0.dividedReportingOverflow(by: $1) }
        default: return nil
        }
        guard a.count == b.count || a.count == 1 || b.count == 1 else {
            throw failure("of \(a.count) and \(b.count) whole numbers", .invalid)
        }
        return .integers(
            try (0..<(a.count == 1 ? b.count : a.count)).map { index throws(ModelError) in
                let result = function(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
                guard !result.overflow else { throw failure("gives no whole number", .invalid) }
                return result.partialValue
            })
    }

    private func folded(_ tensor: Tensor) throws(ModelError) -> Constant? {
        switch node.operation {
        case "Reshape":
            guard let wanted = try integers("shape", orInput: 1) else { return nil }
            return .tensor(Tensor(shape: try shape(wanted, of: tensor), values: tensor.values))
        case "Flatten":
            guard try integer("axis", default: 1) == 1, let first = tensor.shape.first, first > 0 else { return nil }
            return .tensor(Tensor(shape: [first, tensor.values.count / first], values: tensor.values))
        case "Unsqueeze":
            let axes = try integers("axes", orInput: 1) ?? []
            let rank = tensor.shape.count + axes.count
            let added = Set(try axes.map { axis throws(ModelError) in try self.axis(axis, rank: rank) })
            guard added.count == axes.count else { throw failure("of the axes \(axes)", .invalid) }
            var rest = tensor.shape[...]
            let shape = (0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() }
            return .tensor(Tensor(shape: shape, values: tensor.values))
        case "Squeeze":
            let axes = try integers("axes", orInput: 1)?.map { axis throws(ModelError) in
                try self.axis(axis, rank: tensor.shape.count)
            }
            let dropped = Set(axes ?? tensor.shape.indices.filter { tensor.shape[$0] == 1 })
            guard dropped.allSatisfy({ tensor.shape[$0] == 1 }) else {
                throw failure("of the axes \(dropped.sorted()) of \(tensor.shape)", .invalid)
            }
            let shape = tensor.shape.indices.filter { !dropped.contains($0) }.map { tensor.shape[$0] }
            return .tensor(Tensor(shape: shape, values: tensor.values))
        case "Transpose":
            let order = try integers("perm") ?? tensor.shape.indices.reversed()
            guard order.sorted() == Array(tensor.shape.indices) else {
                throw failure("attribute 'perm' is \(order) for the shape \(tensor.shape)", .invalid)
            }
            return .tensor(tensor.transposed(order))
        default: return nil
        }
    }

    /// 0: as it was; -1: what is left over.
    private func shape(_ wanted: [Int], of tensor: Tensor) throws(ModelError) -> [Int] {
        let keepsZeros = try integer("allowzero", default: 0) == 0
        var shape = wanted.enumerated().map { index, size in
            size == 0 && keepsZeros && tensor.shape.indices.contains(index) ? tensor.shape[index] : size
        }
        var product = 1
        for size in shape where size != -1 {
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else { throw failure("to \(wanted) from \(tensor.shape)", .invalid) }
            product = value
        }
        if let open = shape.firstIndex(of: -1), tensor.values.count % product == 0 {
            shape[open] = tensor.values.count / product
            product *= shape[open]
        }
        guard !shape.contains(-1), product == tensor.values.count else {
            throw failure("to \(wanted) from \(tensor.shape)", .invalid)
        }
        return shape
    }
}

extension Tensor {
    /// With the dimensions in another order: that of number `order[i]` becomes number i.
    fileprivate func transposed(_ order: [Int]) -> Tensor {
        // Nothing stays nothing, and its other sizes may be beyond all bounds.
        if values.isEmpty { return Tensor(shape: order.map { shape[$0] }, values: []) }
        var strides = [Int](repeating: 1, count: shape.count)
        for index in shape.indices.dropLast().reversed() { strides[index] = strides[index + 1] * shape[index + 1] }
        let (sizes, steps) = (order.map { shape[$0] }, order.map { strides[$0] })
        var place = [Int](repeating: 0, count: sizes.count)
        var source = 0
        let result = values.indices.map { _ in
            let value = values[source]
            // On to the next place, as an odometer counts.
            for index in sizes.indices.reversed() {
                place[index] += 1
                source += steps[index]
                if place[index] < sizes[index] { break }
                source -= steps[index] * sizes[index]
                place[index] = 0
            }
            return value
        }
        return Tensor(shape: sizes, values: result)
    }
}
