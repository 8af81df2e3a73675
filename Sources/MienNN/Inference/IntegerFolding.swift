extension Graph {
    /// The same network without the nodes that calculate whole numbers from constants alone, which are constants then.
    ///
    /// PyTorch's older exporter writes padding as such a calculation, with lists turned into tables, reversed and
    /// transposed. Nodes of kinds that aren't known here stay.
    func withKnownIntegers() -> Graph {
        var result = self
        // Of each: what `integers` holds, with its shape.
        var known = integers.mapValues { IntegerTable(shape: [$0.count], values: $0) }
        result.nodes = nodes.filter { node in
            guard let name = node.outputs.first, let table = IntegerTable(node, known) else { return true }
            known[name] = table
            result.integers[name] = table.values
            return false
        }
        return result
    }
}

/// Whole numbers in a shape, row-major.
private struct IntegerTable {
    var shape: [Int]
    var values: [Int]

    /// Lists longer than this are no sizes.
    private static let largest = 1 << 12

    init(shape: [Int], values: [Int]) { (self.shape, self.values) = (shape, values) }

    /// How many numbers a table of that shape has; nil where that can't be, or is too many.
    private static func count(_ shape: [Int]) -> Int? {
        shape.reduce(1) { count, size in
            guard let count, (0...largest).contains(size), count * size <= largest else { return nil }
            return count * size
        }
    }

    /// What the node computes, if it computes on known numbers and its kind is one of those here.
    init?(_ node: Graph.Node, _ known: [String: IntegerTable]) {
        let inputs = node.inputs.map { $0.isEmpty ? nil : known[$0] }
        guard let first = inputs.first ?? nil, zip(node.inputs, inputs).allSatisfy({ $0.isEmpty || $1 != nil }) else {
            return nil
        }
        func list(_ index: Int) -> [Int]? { inputs.indices.contains(index) ? inputs[index]?.values : nil }
        switch node.operation {
        case "Cast", "Identity":
            if case .integer(let type) = node.attributes["to"], type != 6, type != 7 { return nil }
            self = first
        case "ConstantOfShape":
            // Without a value it would be of float32.
            guard case .integers(let value) = node.attributes["value"], value.count == 1 else { return nil }
            guard let count = Self.count(first.values) else { return nil }
            self.init(shape: first.values, values: [Int](repeating: value[0], count: count))
        case "Concat":
            let parts = inputs.compactMap(\.self)
            guard parts.allSatisfy({ $0.shape.count == 1 }) else { return nil }
            let values = parts.flatMap(\.values)
            guard values.count <= Self.largest else { return nil }
            self.init(shape: [values.count], values: values)
        case "Reshape":
            guard var shape = list(1), let product = Self.count(shape.filter { $0 != -1 }), product > 0 else {
                return nil
            }
            if let open = shape.firstIndex(of: -1) { shape[open] = first.values.count / product }
            guard Self.count(shape) == first.values.count else { return nil }
            self.init(shape: shape, values: first.values)
        case "Transpose":
            guard first.shape.count == 2 else { return nil }
            let (rows, columns) = (first.shape[0], first.shape[1])
            self.init(
                shape: [columns, rows],
                values: (0..<columns).flatMap { column in (0..<rows).map { first.values[$0 * columns + column] } })
        case "Slice":
            // Of whole rows, forwards or backwards.
            let step = list(4) ?? [1]
            guard let start = list(1), let end = list(2), list(3) ?? [0] == [0], start.count == 1, end.count == 1,
                step == [1] || step == [-1], let count = first.shape.first
            else { return nil }
            let isBackward = step == [-1]
            func place(_ index: Int) -> Int {
                let front = index < 0 ? max(index, -count - 1) + count : index
                return min(max(front, isBackward ? -1 : 0), isBackward ? count - 1 : count)
            }
            let rows = Array(
                stride(from: place(start[0]), to: place(end[0]), by: step[0]).filter { (0..<count).contains($0) })
            let width = first.values.count / max(count, 1)
            self.init(
                shape: [rows.count] + first.shape.dropFirst(),
                values: rows.flatMap { first.values[($0 * width)..<(($0 + 1) * width)] })
        default: return nil
        }
    }
}
