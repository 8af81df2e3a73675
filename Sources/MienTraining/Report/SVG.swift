/// A drawing as inline SVG. Colours are the page's: classes `ink`, `faint`, `first`, `second` and `paper` of its style sheet.
struct SVG {
    let width: Double
    let height: Double
    private let title: String
    private var parts: [String] = []

    /// `title`: for those who can't see the drawing.
    init(width: Double, height: Double, title: String) {
        (self.width, self.height, self.title) = (width, height, title)
    }

    enum Anchor: String { case start, middle, end }

    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ style: String, opacity: Double = 1
    ) {
        parts.append(
            "<rect class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\""
                + (opacity < 1 ? " fill-opacity=\"\(Evaluation.fixed(opacity, 3))\"" : "") + "/>")
    }

    mutating func line(_ points: [(x: Double, y: Double)], _ style: String) {
        let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
        parts.append("<polyline class=\"\(style)\" points=\"\(list)\"/>")
    }

    mutating func dot(x: Double, y: Double, _ style: String) {
        parts.append("<circle class=\"\(style)\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"3\"/>")
    }

    mutating func text(
        _ text: String, x: Double, y: Double, _ anchor: Anchor = .start, _ style: String = "ink", size: Double = 13
    ) {
        parts.append(
            "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor.rawValue)\" "
                + "font-size=\"\(n(size))\">\(HTML.escaped(text))</text>")
    }

    /// The element, which grows with the page.
    var element: String {
        "<svg viewBox=\"0 0 \(n(width)) \(n(height))\" role=\"img\" aria-label=\"\(HTML.escaped(title))\" "
            + "style=\"max-width:\(n(width))px\">\n<title>\(HTML.escaped(title))</title>\n"
            + parts.joined(separator: "\n") + "\n</svg>"
    }

    /// A coordinate, to a tenth of a pixel.
    private func n(_ value: Double) -> String { Evaluation.fixed(value, 1) }
}

enum HTML {
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
