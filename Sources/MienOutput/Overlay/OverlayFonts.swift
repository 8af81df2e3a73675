import MienImage
import MienVision

/// The overlay's texts, in two weights.
final class OverlayFonts {
    private let bold: Font
    private let regular: Font
    /// The longest name's width for each size of letters.
    private var nameWidths: [Int: Double] = [:]

    init() throws(FontError) { (bold, regular) = (try Font(isBold: true), try Font(isBold: false)) }

    func nameWidth(size: Int) -> Double {
        if let known = nameWidths[size] { return known }
        let width = Expression.allCases.map { regular.width(of: $0.name, size: size) }.max() ?? 0
        nameWidths[size] = width
        return width
    }

    /// The name's letters stand around the row's middle.
    func drawName(
        _ expression: Expression, x: Double, middle: Double, size: Int, _ colour: Colour, on canvas: Canvas,
        _ painter: Painter
    ) {
        // Half the height of small letters, which are about 3/4 of the capitals', lies below the middle.
        let base = middle + Double(regular.capHeight(size: size)) * 0.4
        regular.draw(
            expression.name, x: x, y: Int(base.rounded()), size: size, colour, on: canvas, painter)
    }

    // MARK: The label: the expression, how sure it is, the face's number

    private func figure(_ confidence: Double) -> String { "\(Int((confidence * 100).rounded())) %" }

    func labelWidth(of mark: FaceMark) -> Double {
        let (size, unit) = (mark.layout.textSize, Double(mark.layout.textSize))
        // As if sure, so that it doesn't change with every figure.
        return bold.width(of: mark.label.name, size: size) + bold.width(of: "100 %", size: size)
            + regular.width(of: "#", size: size) + regular.width(of: "\(mark.id)", size: size) + 2.8 * unit
    }

    func drawLabel(of mark: FaceMark, _ tone: Colour, _ text: Colour, on canvas: Canvas, _ painter: Painter) {
        let (label, size, unit) = (mark.layout.label, mark.layout.textSize, Double(mark.layout.textSize))
        let base = Int((label.y + (label.height + Double(bold.capHeight(size: size))) / 2).rounded())
        func draw(_ string: String, _ font: Font, _ x: Double, _ colour: Colour) {
            font.draw(string, x: x, y: base, size: size, colour.faded(mark.opacity), on: canvas, painter)
        }
        let left = label.x + 0.6 * unit
        draw(mark.label.name, bold, left, tone)
        let figure = figure(mark.confidence)
        draw(figure, bold, left + bold.width(of: mark.label.name, size: size) + 0.6 * unit, text)
        let number = regular.width(of: "#", size: size) + regular.width(of: "\(mark.id)", size: size)
        let right = label.x + label.width - 0.6 * unit - number
        draw("#", regular, right, text.faded(0.6))
        draw("\(mark.id)", regular, right + regular.width(of: "#", size: size), text.faded(0.6))
    }
}
