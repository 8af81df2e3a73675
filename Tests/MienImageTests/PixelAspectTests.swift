import MienImage
import Testing

struct PixelAspectTests {
    @Test(
        "A picture has the rows that are stored, and the columns that make it right",
        arguments: [(16, 15, 720, 768), (8, 9, 720, 640), (4, 3, 1440, 1920), (1, 2, 1280, 640), (200, 201, 640, 640)])
    func columns(_ numerator: Int32, _ denominator: Int32, _ stored: Int, _ displayed: Int) {
        #expect(PixelAspect(numerator, denominator)?.displayed(stored) == displayed)
    }

    @Test("Shapes that no pixels have are none", arguments: [(0, 0), (0, 1), (1, 0), (-4, 3), (1, 10_000), (.max, 1)])
    func lies(_ numerator: Int32, _ denominator: Int32) {
        #expect(PixelAspect(numerator, denominator) == nil)
    }

    /// How much of each stored pixel a rectangle covers.
    private func filled(_ region: Region, _ aspect: PixelAspect, _ orientation: Orientation) -> [[UInt8]] {
        let (width, height) = (32, 24)
        let plane = Plane(width: width, height: height)
        for y in 0..<height { for x in 0..<width { plane.base[y * plane.stride + x] = 0 } }
        let canvas = Canvas(
            components: [.init(base: plane.base, stride: plane.stride, step: 1)], model: .grey, storedWidth: width,
            storedHeight: height, pixelAspect: aspect, orientation: orientation)
        Painter().fill(RoundedRectangle(region, radius: 0), Colour(255, 255, 255), on: canvas)
        return (0..<height).map { Array(plane.view.row($0)) }
    }

    @Test("What is drawn has the places and sizes of the picture as displayed, however pixels are shaped and turned")
    func drawing() throws {
        // 32x24 pixels of 2:1 are 64x24.
        let wide = try #require(PixelAspect(2, 1))
        let rows = filled(Region(x: 8, y: 4, width: 24, height: 10), wide, .up)
        for y in 0..<24 {
            for x in 0..<32 { #expect(rows[y][x] == ((4..<14).contains(y) && (4..<16).contains(x) ? 255 : 0)) }
        }
        // Half a stored pixel is half a grey.
        #expect(
            filled(Region(x: 9, y: 0, width: 10, height: 2), wide, .up)[0][3...10]
                == [0, 128, 255, 255, 255, 255, 128, 0][...])
        // Turned by a quarter clockwise it is 24x64: displayed rows are stored columns.
        let turned = filled(Region(x: 0, y: 8, width: 24, height: 24), wide, .right)
        #expect(turned.allSatisfy { $0[4..<16].allSatisfy { $0 == 255 } && $0[16...].allSatisfy { $0 == 0 } })
        // Columns of which two are a displayed one.
        let narrow = try #require(PixelAspect(1, 2))
        #expect(
            filled(Region(x: 2, y: 0, width: 3, height: 4), narrow, .up)[0][3...10]
                == [0, 255, 255, 255, 255, 255, 255, 0][...])
    }
}
