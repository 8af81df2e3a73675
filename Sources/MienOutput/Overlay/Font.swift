import CMienFreeType
import MienImage

/// The user's sans-serif font, drawn once for each letter and size. One thread at a time.
final class Font {
    /// One letter: its coverage, where it lies from the pen on the base line, and how far the pen moves.
    private final class Glyph {
        let bitmap: Plane
        let left: Int
        let top: Int
        let advance: Double

        init(_ glyph: mien_glyph) {
            bitmap = Plane(width: Int(glyph.width), height: Int(glyph.height))
            if let base = glyph.bitmap {
                for y in 0..<bitmap.height {
                    (bitmap.base + y * bitmap.stride).update(from: base + y * Int(glyph.stride), count: bitmap.width)
                }
            }
            (left, top, advance) = (Int(glyph.left), Int(glyph.top), Double(glyph.advance))
        }
    }

    private struct Key: Hashable {
        let character: UInt32
        let size: Int
    }

    private let font: OpaquePointer
    private var glyphs: [Key: Glyph] = [:]

    /// Throws where libraries or fonts are missing.
    init(isBold: Bool) throws(FontError) {
        var error: UnsafePointer<CChar>?
        guard let font = mien_font_open(isBold, &error) else {
            throw FontError(description: error.map { String(cString: $0) } ?? "unknown error")
        }
        self.font = font
    }

    deinit { mien_font_close(font) }

    private func glyph(_ scalar: Unicode.Scalar, _ size: Int) -> Glyph {
        let key = Key(character: scalar.value, size: size)
        if let known = glyphs[key] { return known }
        var drawn = mien_glyph()
        _ = mien_font_draw(font, scalar.value, Int32(clamping: size), &drawn)
        // A run of days over faces of all sizes and names in all scripts.
        if glyphs.count >= 4096 { glyphs.removeAll() }
        let glyph = Glyph(drawn)
        glyphs[key] = glyph
        return glyph
    }

    /// In pixels.
    func width(of text: String, size: Int) -> Double {
        text.unicodeScalars.reduce(0) { $0 + glyph($1, size).advance }
    }

    /// Height of a capital letter.
    func capHeight(size: Int) -> Int { glyph("H", size).top }

    /// Draws `text` from `x` on, its base line above pixel row `y`.
    func draw(_ text: String, x: Double, y: Int, size: Int, _ colour: Colour, on canvas: Canvas, _ painter: Painter) {
        var pen = x
        for scalar in text.unicodeScalars {
            let glyph = glyph(scalar, size)
            let stencil = Stencil(glyph.bitmap.view, x: Int(pen.rounded()) + glyph.left, y: y - glyph.top)
            painter.fill(stencil, colour, on: canvas)
            pen += glyph.advance
        }
    }
}

/// Why there are no letters.
struct FontError: Error {
    let description: String
}
