import MienVision

/// Draws one face: what it shows now, a bar for each expression, and a trail of the last seconds.
struct FaceView {
    /// How much there is room for, the most first.
    enum Detail: CaseIterable {
        /// Nine rows: a bar a row.
        case full
        /// Four rows: three bars a row.
        case half
        /// One row.
        case line

        /// Rows of it, and rows from one face to the next.
        var content: Int {
            switch self {
            case .full: 8
            case .half: 4
            case .line: 1
            }
        }
        /// Columns below which figures would be cut off.
        var columns: Int { self == .half ? 3 * (FaceView.nameColumns + FaceView.figureColumns + 1) : 0 }
        var rows: Int { self == .full ? content + 1 : content }
    }

    let face: LiveState.Portrait
    /// Of the newest frame.
    let time: Double
    let width: Int
    let detail: Detail
    let view: LiveView

    var lines: [Line] {
        switch detail {
        case .full: [head] + Expression.allCases.map { expression in line { bar(expression, width, &$0) } } + [trail]
        case .half: [head, bars(0..<3), bars(3..<6), trail]
        case .line: [summary]
        }
    }

    private var head: Line {
        line {
            name(&$0)
            if !face.isDetected { $0.put("   not seen just now", view.style(.dim)) }
            var place = Line(width)
            place.put("\(face.box.x),\(face.box.y) \(face.box.width)x\(face.box.height)", view.style(.dim))
            $0.putRight(place)
        }
    }

    private func name(_ line: inout Line) {
        line.put("face \(face.id)  ")
        line.put(face.label.name, view.colour(1, face.label.terminalColour))
        line.put(" \(percent(face.confidence))", view.style(.bold))
    }

    private func bars(_ range: Range<Int>) -> Line {
        let column = width / range.count
        return line {
            for (place, index) in range.enumerated() {
                $0.pad(to: place * column)
                bar(Expression.allCases[index], column - 1, &$0)
            }
        }
    }

    /// A name, a bar and a figure in so many columns.
    private func bar(_ expression: Expression, _ columns: Int, _ line: inout Line) {
        let start = line.width
        let share = face.probabilities[expression]
        line.put("  \(expression.name)")
        line.pad(to: start + Self.nameColumns)
        let length = columns - Self.nameColumns - Self.figureColumns - 1
        if length > 0 { line.put(Self.blocks(share, length, view.abilities), view.colour(expression.terminalColour)) }
        line.pad(to: start + columns - Self.figureColumns)
        let figure = percent(share)
        line.put(String(repeating: " ", count: max(0, Self.figureColumns - figure.count)) + figure)
    }

    private static let nameColumns = 12
    private static let figureColumns = 5

    /// A bar of `length` columns, filled as far as `share` says, to an eighth of a column.
    static func blocks(_ share: Float, _ length: Int, _ abilities: Terminal.Abilities) -> String {
        let share = share.isFinite ? min(max(share, 0), 1) : 0
        guard abilities.hasUnicode else {
            let full = Int((share * Float(length)).rounded())
            return String(repeating: "#", count: full) + String(repeating: ".", count: length - full)
        }
        let eighths = Int((share * Float(length) * 8).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    private var trail: Line {
        line {
            $0.put("  \(Int(Trail.seconds)) s")
            $0.pad(to: 12)
            putTrail(width - 12, &$0)
        }
    }

    private var summary: Line {
        line {
            name(&$0)
            $0.pad(to: 28)
            putTrail(width - 28, &$0)
        }
    }

    /// With colours: the height is the confidence, the colour the expression. Without: its first letter, "!" for surprise.
    private func putTrail(_ columns: Int, _ line: inout Line) {
        let heights = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        for cell in face.trail.columns(max(0, columns), until: time) {
            guard let cell else {
                line.put(" ")
                continue
            }
            let isCoarse = !view.abilities.hasUnicode || !view.abilities.hasColour
            let height = heights[min(max(Int(cell.confidence * 8), 0), 7)]
            let letter = cell.label == .surprise ? "!" : String(cell.label.name.prefix(1))
            line.put(isCoarse ? letter : height, view.colour(cell.label.terminalColour))
        }
    }

    private func percent(_ share: Float) -> String { "\(LiveView.fixed(Double(share) * 100, 0)) %" }

    private func line(_ fill: (inout Line) -> Void) -> Line {
        var line = Line(width)
        fill(&line)
        return line
    }
}
