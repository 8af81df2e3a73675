import MienImage
import Testing

/// A picture in which no two samples are equal.
func numbered(width: Int, height: Int) -> Plane {
    let plane = Plane(width: width, height: height)
    for y in 0..<height { for x in 0..<width { plane.base[y * plane.stride + x] = UInt8((y * width + x) % 251) } }
    return plane
}

func samples(_ view: PlaneView) -> [[UInt8]] { (0..<view.height).map { Array(view.row($0)) } }

@Suite struct OrientationTests {
    /// Where EXIF's table says the stored picture's first row and first column are seen.
    static func naive(_ orientation: Int, _ stored: [[UInt8]]) -> [[UInt8]] {
        func mirrored(_ rows: [[UInt8]]) -> [[UInt8]] { rows.map { $0.reversed() } }
        func flipped(_ rows: [[UInt8]]) -> [[UInt8]] { rows.reversed() }
        let transposed = stored[0].indices.map { x in stored.map { $0[x] } }
        return switch orientation {
        case 1: stored  // row 0 is the top, column 0 the left side
        case 2: mirrored(stored)  // top, right
        case 3: flipped(mirrored(stored))  // bottom, right
        case 4: flipped(stored)  // bottom, left
        case 5: transposed  // left, top
        case 6: mirrored(transposed)  // right, top
        case 7: flipped(mirrored(transposed))  // right, bottom
        default: flipped(transposed)  // left, bottom
        }
    }

    @Test("Each of EXIF's eight orientations is turned upright", arguments: Orientation.allCases)
    func turnsUpright(orientation: Orientation) {
        for (width, height) in [(5, 3), (1, 1), (1, 7), (70, 33), (64, 100)] {
            let stored = numbered(width: width, height: height)
            var upright = Plane()
            orientation.apply(to: stored.view, into: &upright)
            #expect(samples(upright.view) == Self.naive(orientation.rawValue, samples(stored.view)))
        }
    }

    @Test("An orientation is found again by what it does to rows and columns", arguments: Orientation.allCases)
    func isMadeOfTransposingAndMirroring(orientation: Orientation) {
        let stored = numbered(width: 4, height: 3)
        let matching = [false, true].flatMap { x in [false, true].map { y in (x, y) } }.filter { x, y in
            var rows = samples(stored.view)
            if orientation.isTransposed { rows = Self.naive(5, rows) }
            if x { rows = Self.naive(2, rows) }
            if y { rows = Self.naive(4, rows) }
            return rows == Self.naive(orientation.rawValue, samples(stored.view))
        }
        #expect(matching.count == 1)
        for (x, y) in matching {
            #expect(Orientation(transposed: orientation.isTransposed, mirroredX: x, mirroredY: y) == orientation)
        }
    }
}
