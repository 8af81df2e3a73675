/// `Shape`, `Gather`, `Slice`, `Concat`, `Cast` of whole numbers: how exporters write "flatten all but the batch".
/// All is known beforehand, for the batch counts as one sample. They compute nothing else.
enum Integers {
    static func shape(_ node: CheckedNode) throws(ModelError) -> Reading {
        let shape = if let constant = node.constant(0) { constant.shape } else { try node.shape() }
        let start = try node.integer("start", default: 0)
        let end = try node.integer("end", default: shape.count)
        return .integers(cut(shape, start, end))
    }

    static func gather(_ node: CheckedNode) throws(ModelError) -> Reading {
        let values = try list(node, 0)
        return .integers(
            try list(node, 1).map { index throws(ModelError) in values[try node.axis(index, rank: values.count)] })
    }

    static func slice(_ node: CheckedNode) throws(ModelError) -> Reading {
        let values = try list(node, 0)
        guard let start = try node.integers("starts", orInput: 1), let end = try node.integers("ends", orInput: 2),
            start.count == 1, end.count == 1, try node.integers("steps", orInput: 4) ?? [1] == [1]
        else { throw node.failure("of more than one dimension, or with steps") }
        return .integers(cut(values, start[0], end[0]))
    }

    static func concatenate(_ node: CheckedNode) throws(ModelError) -> Reading {
        var result: [Int] = []
        for index in node.node.inputs.indices {
            result += try list(node, index)
            if result.count > largestList { throw node.failure("of more than \(largestList) whole numbers") }
        }
        return .integers(result)
    }

    static func cast(_ node: CheckedNode) throws(ModelError) -> Reading {
        if let values = node.knownIntegers(0) { return .integers(values) }
        // 1 is float32, and everything else that is computed is of that type already.
        guard try node.integer("to", default: 1) == 1 else { throw node.failure("to another type than float32") }
        return .identity
    }

    /// Numbers of a shape, and then some: lists that are put together of themselves would double without an end.
    private static let largestList = 4096

    private static func list(_ node: CheckedNode, _ index: Int) throws(ModelError) -> [Int] {
        guard let values = node.knownIntegers(index) else {
            throw node.failure("is supported for whole numbers known beforehand, and not for computed tensors")
        }
        return values
    }

    /// Ends may count from the back and lie outside, as in Python.
    private static func cut(_ values: [Int], _ start: Int, _ end: Int) -> [Int] {
        func place(_ index: Int) -> Int { min(max(index < 0 ? index + values.count : index, 0), values.count) }
        return place(start) < place(end) ? Array(values[place(start)..<place(end)]) : []
    }
}
