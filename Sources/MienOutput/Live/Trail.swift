import MienVision

/// What a face has shown in the last seconds, in cells of a tenth of a second.
struct Trail {
    struct Cell: Hashable {
        var label: Expression
        var confidence: Float
    }

    static let seconds = 10.0
    private static let cellsPerSecond = 10.0

    /// The cells up to the newest one; nil where the face was not there.
    private var cells: [Cell?] = []
    /// The number of the cell after the newest, from time 0.
    private var end = 0

    /// Notes what the face shows at `time` seconds; times rise.
    mutating func add(_ cell: Cell, at time: Double) {
        let number = Int(time * Self.cellsPerSecond)
        if number < end {
            // The last word in a tenth of a second counts.
            if !cells.isEmpty { cells[cells.count - 1] = cell }
            return
        }
        let gap = min(number - end, Int(Self.seconds * Self.cellsPerSecond))
        if !cells.isEmpty { cells.append(contentsOf: repeatElement(nil, count: gap)) }
        cells.append(cell)
        end = number + 1
        let surplus = cells.count - Int(Self.seconds * Self.cellsPerSecond)
        if surplus > 0 { cells.removeFirst(surplus) }
    }

    /// The last seconds up to `time` in so many columns, the newest on the right: in each the cell that is most sure.
    func columns(_ count: Int, until time: Double) -> [Cell?] {
        (0..<count).map { column($0, of: count, until: time) }
    }

    /// One of them.
    func column(_ column: Int, of count: Int, until time: Double) -> Cell? {
        let all = Int(Self.seconds * Self.cellsPerSecond)
        let newest = max(Int(time * Self.cellsPerSecond), end - 1)
        let first = newest + 1 - all + column * all / count
        let last = max(first, newest - all + (column + 1) * all / count)
        var best: Cell?
        for number in first...last {
            if let cell = cell(number), cell.confidence > best?.confidence ?? -1 { best = cell }
        }
        return best
    }

    private func cell(_ number: Int) -> Cell? {
        let index = number - (end - cells.count)
        return cells.indices.contains(index) ? cells[index] : nil
    }
}
