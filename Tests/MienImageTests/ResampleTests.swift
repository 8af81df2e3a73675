import MienImage
import Testing

struct ResampleTests {
    private func picture(_ width: Int, _ height: Int, _ sample: (Int, Int) -> UInt8) -> Plane {
        let plane = Plane(width: width, height: height)
        for y in 0..<height { for x in 0..<width { plane.base[y * plane.stride + x] = sample(x, y) } }
        return plane
    }

    private func noise(_ width: Int, _ height: Int) -> Plane {
        var state: UInt64 = 88_172_645_463_325_252
        return picture(width, height) { _, _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    /// The mean over the area of each new pixel, straight from the definition.
    private func naive(_ source: PlaneView, _ region: Region, _ width: Int, _ height: Int) -> [Double] {
        func weights(_ start: Double, _ step: Double, _ count: Int) -> [(Int, Double)] {
            let length = max(step, 1)
            let lower = start + step / 2 - length / 2
            return (Int(lower.rounded(.down))..<Int((lower + length).rounded(.up))).map { pixel in
                let covered = min(lower + length, Double(pixel + 1)) - max(lower, Double(pixel))
                return (min(max(pixel, 0), count - 1), covered / length)
            }
        }
        let (stepX, stepY) = (region.width / Double(width), region.height / Double(height))
        return (0..<height).flatMap { y in
            (0..<width).map { x in
                var sum = 0.0
                for (row, down) in weights(region.y + Double(y) * stepY, stepY, source.height) {
                    for (column, across) in weights(region.x + Double(x) * stepX, stepX, source.width) {
                        sum += Double(source.row(row)[column]) * down * across
                    }
                }
                return sum
            }
        }
    }

    @Test(
        "Each new pixel is the mean of the area it covers, at any factor, and the edge goes on outside",
        arguments: [
            Region(x: 0, y: 0, width: 211, height: 157),
            Region(x: 10, y: 20, width: 96, height: 96),
            Region(x: 3.25, y: 7.5, width: 50.3, height: 48),
            Region(x: 60, y: 60, width: 20.7, height: 9),
            Region(x: -30, y: -11.5, width: 90, height: 190),
            Region(x: 180, y: 120, width: 100, height: 100),
            Region(x: -500, y: 300, width: 40, height: 40),
        ])
    func definition(region: Region) {
        let source = noise(211, 157)
        let target = Plane(width: 48, height: 40)
        var resampler = Resampler()
        resampler.resample(
            source.view, region: region, into: target.base, width: 48, height: 40, stride: target.stride)
        let expected = naive(source.view, region, 48, 40)
        for y in 0..<40 {
            for x in 0..<48 {
                #expect(abs(Double(target.view.row(y)[x]) - expected[y * 48 + x]) < 0.51, "at \(x), \(y)")
            }
        }
    }

    @Test("A part of the same size comes out unchanged")
    func identity() {
        let source = noise(70, 60)
        let target = Plane(width: 48, height: 48)
        var resampler = Resampler()
        resampler.resample(
            source.view, region: Region(x: 5, y: 9, width: 48, height: 48),
            into: target.base, width: 48, height: 48, stride: target.stride)
        for y in 0..<48 {
            #expect(Array(target.view.row(y)) == Array(source.view.part(Box(x: 5, y: 9, width: 48, height: 48)).row(y)))
        }
    }

    @Test("A reduction of more rows than 16 bits have room for keeps the mean")
    func manyRows() {
        let source = picture(8, 3000) { _, _ in 255 }
        var target = Plane(width: 2, height: 1)
        var resampler = Resampler()
        resampler.resample(source.view, into: &target)
        #expect(Array(target.view.row(0)) == [255, 255])
    }

    @Test("The memory of a larger call doesn't show in a smaller one")
    func reuse() {
        var resampler = Resampler()
        var large = Plane(width: 320, height: 200)
        let big = noise(640, 480)
        resampler.resample(big.view, into: &large)
        let source = noise(30, 30)
        var again = Plane(width: 48, height: 48)
        var fresh = Plane(width: 48, height: 48)
        resampler.resample(source.view, into: &again)
        var other = Resampler()
        other.resample(source.view, into: &fresh)
        for y in 0..<48 { #expect(Array(again.view.row(y)) == Array(fresh.view.row(y))) }
    }

    @Test("An empty source and an empty target are left alone")
    func nothing() {
        var resampler = Resampler()
        var target = Plane(width: 1, height: 1)
        target.base[0] = 7
        let empty = Plane()
        resampler.resample(empty.view, into: &target)
        #expect(target.base[0] == 7)
        var none = Plane()
        resampler.resample(target.view, into: &none)
    }
}
