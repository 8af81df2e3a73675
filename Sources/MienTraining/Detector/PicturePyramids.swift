import MienImage

/// Grey pictures in memory, each at its own size and at a half, a quarter and so on of it: what is drawn smaller is taken
/// from a smaller one, by the mean of the area that a pixel covers, as scans reduce pictures.
struct PicturePyramids: Sendable {
    fileprivate struct Level: Sendable {
        var offset: Int
        var width: Int
        var height: Int
    }

    private var pixels: [UInt8] = []
    private var levels: [[Level]] = []

    var count: Int { levels.count }

    /// Width and height of picture `index`.
    func size(_ index: Int) -> (width: Int, height: Int) { (levels[index][0].width, levels[index][0].height) }

    mutating func append(_ picture: PlaneView) {
        var own = [Level(offset: pixels.count, width: picture.width, height: picture.height)]
        for y in 0..<picture.height { pixels.append(contentsOf: picture.row(y)) }
        while let last = own.last, min(last.width, last.height) >= 8 {
            let next = Level(offset: pixels.count, width: last.width / 2, height: last.height / 2)
            for y in 0..<next.height {
                for x in 0..<next.width {
                    let corner = last.offset + 2 * y * last.width + 2 * x
                    let sum = Int(pixels[corner]) + Int(pixels[corner + 1]) + Int(pixels[corner + last.width])
                    pixels.append(UInt8((sum + Int(pixels[corner + last.width + 1]) + 2) >> 2))
                }
            }
            own.append(next)
        }
        levels.append(own)
    }

    /// Calls `body` with what reads picture `index`.
    func withPicture<Result>(_ index: Int, _ body: (Pyramid) -> Result) -> Result {
        pixels.withUnsafeBufferPointer { body(Pyramid($0, levels[index])) }
    }
}

/// One picture of `PicturePyramids`, as long as it is lent.
struct Pyramid {
    private let pixels: UnsafeBufferPointer<UInt8>
    private let levels: [PicturePyramids.Level]

    fileprivate init(_ pixels: UnsafeBufferPointer<UInt8>, _ levels: [PicturePyramids.Level]) {
        (self.pixels, self.levels) = (pixels, levels)
    }

    var width: Float { Float(levels[0].width) }
    var height: Float { Float(levels[0].height) }

    /// What reads it where neighbouring pixels of the target lie `step` pixels of the picture apart: from the smallest
    /// level that still has as many.
    func sampler(step: Float) -> PictureSampler {
        var index = 0
        while index + 1 < levels.count, step >= Float(2 << index) { index += 1 }
        let level = levels[index]
        return PictureSampler(
            base: UnsafeBufferPointer(rebasing: pixels[level.offset..<level.offset + level.width * level.height]),
            width: level.width, height: level.height, scale: 1 / Float(1 << index))
    }
}

/// Reads one level of a pyramid between its pixels; what lies outside is its mirror image, and further out its edge.
struct PictureSampler {
    fileprivate let base: UnsafeBufferPointer<UInt8>
    fileprivate let width: Int
    fileprivate let height: Int
    /// Of the level, in the picture's.
    let scale: Float

    /// At a place in pixels of the whole picture: linear between the middles of four of the level's.
    @inline(__always)
    func value(_ x: Float, _ y: Float) -> Float {
        let fromX = Self.folded(x * scale - 0.5, Float(width - 1))
        let fromY = Self.folded(y * scale - 0.5, Float(height - 1))
        let (left, top) = (min(Int(fromX), max(width - 2, 0)), min(Int(fromY), max(height - 2, 0)))
        let (wx, wy) = (fromX - Float(left), fromY - Float(top))
        let corner = top &* width &+ left
        let (right, below) = (width > 1 ? 1 : 0, height > 1 ? width : 0)
        let (a, b) = (Float(base[corner]), Float(base[corner &+ right]))
        let (c, d) = (Float(base[corner &+ below]), Float(base[corner &+ below &+ right]))
        let (upper, lower) = (a + (b - a) * wx, c + (d - c) * wx)
        return upper + (lower - upper) * wy
    }

    @inline(__always)
    private static func folded(_ place: Float, _ last: Float) -> Float {
        let inside = place < 0 ? -place : place > last ? 2 * last - place : place
        return min(max(inside, 0), last)
    }
}
