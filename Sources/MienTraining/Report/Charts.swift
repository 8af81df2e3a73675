import MienVision

/// The drawings of an evaluation's report.
enum Charts {
    private static let names = MienVision.Expression.allCases.map(\.name)

    static func percent(_ share: Double) -> String { Evaluation.fixed(100 * share, 1) }

    /// Rows are true classes; a cell is the darker the larger its share of the row.
    static func confusion(_ evaluation: Evaluation) -> String {
        let (cell, left, top) = (72.0, 84.0, 40.0)
        let side = cell * Double(names.count)
        var svg = SVG(width: left + side + 4, height: top + side + 4, title: "Confusion matrix, rows are true classes")
        svg.text("true / answer", x: left - 8, y: top - 10, .end, "faint", size: 11)
        for (row, name) in names.enumerated() {
            let place = Double(row) * cell
            svg.text(name, x: left - 8, y: top + place + cell / 2 + 4, .end)
            svg.text(name, x: left + place + cell / 2, y: top - 10, .middle)
            let total = evaluation.confusion[row].reduce(0, +)
            for (column, count) in evaluation.confusion[row].enumerated() {
                let share = total > 0 ? Double(count) / Double(total) : 0
                let x = left + Double(column) * cell
                svg.rectangle(
                    x: x + 1, y: top + place + 1, width: cell - 2, height: cell - 2, row == column ? "first" : "second",
                    opacity: 0.06 + 0.9 * share)
                let style = share > 0.55 ? "paper" : "ink"
                svg.text("\(count)", x: x + cell / 2, y: top + place + cell / 2, .middle, style, size: 15)
                svg.text(
                    total > 0 ? "\(percent(share)) %" : "–", x: x + cell / 2, y: top + place + cell / 2 + 17, .middle,
                    style, size: 11)
            }
        }
        return svg.element
    }

    /// Share of right answers over the confidence: on the diagonal the network is as sure as it is right. Below, how many
    /// answers each bin has.
    static func reliability(_ evaluation: Evaluation) -> String {
        let (left, top, side, strip) = (46.0, 12.0, 360.0, 60.0)
        var svg = SVG(
            width: left + side + 24, height: top + side + strip + 56,
            title: "Reliability: share of right answers over confidence")
        frame(&svg, left, top, side, side, labels: (0...5).map { (Double($0) / 5, percent(Double($0) / 5)) })
        let bins = evaluation.reliability
        let most = Double(bins.map(\.count).max() ?? 1)
        for (index, bin) in bins.enumerated() where bin.count > 0 {
            let (x, width) = (left + side * Double(index) / Double(bins.count), side / Double(bins.count))
            svg.rectangle(
                x: x + 1, y: top + side * (1 - bin.accuracy), width: width - 2, height: side * bin.accuracy, "first",
                opacity: 0.55)
            let height = strip * Double(bin.count) / max(most, 1)
            svg.rectangle(
                x: x + 1, y: top + side + 24 + strip - height, width: width - 2, height: height, "faint", opacity: 0.6)
        }
        svg.line([(left, top + side), (left + side, top)], "rule")
        for bin in bins where bin.count > 0 {
            svg.dot(x: left + side * bin.confidence, y: top + side * (1 - bin.accuracy), "second")
        }
        for step in 0...5 {
            svg.text(
                percent(Double(step) / 5), x: left + side * Double(step) / 5, y: top + side + 16, .middle, "faint",
                size: 11)
        }
        svg.text(
            "confidence, %; below: answers", x: left + side / 2, y: top + side + strip + 44, .middle, "faint", size: 12)
        return svg.element
    }

    /// Of each class the share that was found.
    static func recall(_ evaluation: Evaluation) -> String {
        let (left, width, row) = (84.0, 360.0, 34.0)
        var svg = SVG(width: left + width + 130, height: row * 6 + 8, title: "Recall of each class")
        for (index, name) in names.enumerated() {
            let y = Double(index) * row + 4
            svg.text(name, x: left - 8, y: y + row / 2 + 4, .end)
            svg.rectangle(x: left, y: y + 4, width: width, height: row - 8, "faint", opacity: 0.15)
            let count = evaluation.confusion[index].reduce(0, +)
            guard let recall = evaluation.recall[index] else { continue }
            svg.rectangle(x: left, y: y + 4, width: width * recall, height: row - 8, "first", opacity: 0.75)
            svg.text("\(percent(recall)) % of \(count)", x: left + width + 8, y: y + row / 2 + 4)
        }
        return svg.element
    }

    /// Two values over the epochs.
    static func curves(_ title: String, _ series: [(name: String, values: [Double])], isShare: Bool) -> String {
        let (left, top, width, height) = (46.0, 12.0, 420.0, 240.0)
        var svg = SVG(width: left + width + 14, height: top + height + 60, title: title)
        let all = series.flatMap(\.values).filter(\.isFinite)
        let (low, high) = (isShare ? min(all.min() ?? 0, 0.9) : 0, isShare ? 1 : max(all.max() ?? 1, 1e-6))
        let labels = (0...4).map { step in
            let value = low + (high - low) * Double(step) / 4
            return (Double(step) / 4, isShare ? percent(value) : Evaluation.fixed(value, 2))
        }
        frame(&svg, left, top, width, height, labels: labels)
        let epochs = series.map(\.values.count).max() ?? 1
        func x(_ epoch: Int) -> Double { left + width * Double(epoch) / Double(max(epochs - 1, 1)) }
        for (index, one) in series.enumerated() {
            let style = index == 0 ? "first" : "second"
            let points = one.values.enumerated().filter { $0.element.isFinite }.map { epoch, value in
                (x: x(epoch), y: top + height * (1 - (value - low) / (high - low)))
            }
            svg.line(points, "curve-\(style)")
            if points.count < 40 { for point in points { svg.dot(x: point.x, y: point.y, style) } }
            let place = left + Double(index) * 180
            svg.rectangle(x: place, y: top + height + 38, width: 14, height: 4, style)
            svg.text(one.name, x: place + 20, y: top + height + 44, size: 12)
        }
        svg.text("1", x: left, y: top + height + 16, .middle, "faint", size: 11)
        if epochs > 1 { svg.text("\(epochs)", x: left + width, y: top + height + 16, .middle, "faint", size: 11) }
        svg.text("epoch", x: left + width / 2, y: top + height + 16, .middle, "faint", size: 11)
        return svg.element
    }

    /// Grid lines with the labels of the vertical axis, by their height from 0 to 1.
    private static func frame(
        _ svg: inout SVG, _ left: Double, _ top: Double, _ width: Double, _ height: Double,
        labels: [(place: Double, text: String)]
    ) {
        for (place, text) in labels {
            let y = top + height * (1 - place)
            svg.line([(left, y), (left + width, y)], "grid")
            svg.text(text, x: left - 6, y: y + 4, .end, "faint", size: 11)
        }
    }
}
