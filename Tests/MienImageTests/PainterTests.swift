import MienImage
import Testing

@Suite struct PainterTests {
    /// Odd sizes, and a box whose edges are no chroma samples' edges.
    private static let size = (width: 45, height: 31)
    private static let box = Box(x: 5, y: 7, width: 20, height: 18)

    private func contains(_ box: Box, _ pixel: (x: Int, y: Int)) -> Bool {
        (box.x..<box.x + box.width).contains(pixel.x) && (box.y..<box.y + box.height).contains(pixel.y)
    }

    /// Of each sample that stands for pixels in the picture: how many of them lie in `box`.
    private func check(
        _ picture: PictureInLayout, _ box: Box,
        _ body: (_ component: Int, _ now: Int, _ before: Int, _ share: Double) -> Void
    ) {
        var known: Set<Int> = []
        for (index, component) in picture.canvas.components.enumerated() {
            var shares: [Int: (inside: Int, all: Int, now: Int, before: Int)] = [:]
            for y in 0..<picture.canvas.storedHeight {
                for x in 0..<picture.canvas.storedWidth {
                    let (now, before, offset) = picture.sample(index, x: x, y: y)
                    var share = shares[offset] ?? (0, 0, now, before)
                    share.inside += contains(box, picture.seen(x: x, y: y)) ? 1 : 0
                    share.all += 1
                    shares[offset] = share
                }
            }
            for (offset, share) in shares {
                body(index, share.now, share.before, Double(share.inside) / Double(share.all))
                known.formUnion(offset..<offset + (component.depth + component.shift > 8 ? 2 : 1))
            }
        }
        // Opacity, padding and what lies behind the picture.
        #expect(known.isSuperset(of: picture.changedBytes))
    }

    @Test(
        "A box is drawn where it is seen, in its colour, and no other sample changes, in every layout and orientation",
        arguments: Layout.allCases, Orientation.allCases)
    func fillsABox(layout: Layout, orientation: Orientation) {
        let picture = PictureInLayout(
            layout, width: Self.size.width, height: Self.size.height, orientation: orientation)
        Painter().fill(RoundedRectangle(Region(Self.box), radius: 0), Colour(255, 128, 0), on: picture.canvas)
        var colours: [Int: Int] = [:]
        check(picture, Self.box) { component, now, before, share in
            if share == 0 { #expect(now == before) }
            if share == 1 {
                #expect(colours[component] ?? now == now)
                colours[component] = now
            }
        }
        check(picture, Self.box) { component, now, before, share in
            let mixed = Double(before) + (Double(colours[component] ?? -1) - Double(before)) * share
            let step = Double(1 << (picture.canvas.components[component].depth - 8))
            #expect(abs(Double(now) - mixed) <= 1.6 * step)
        }
        #expect(colours.count == picture.canvas.components.count)
    }

    @Test("Half a colour leaves half of what was there", arguments: Layout.allCases)
    func blends(layout: Layout) {
        let make = { PictureInLayout(layout, width: 64, height: 48, orientation: .up) }
        let (whole, half) = (make(), make())
        let shape = RoundedRectangle(Region(Box(x: 0, y: 0, width: 64, height: 48)), radius: 0)
        Painter().fill(shape, Colour(10, 200, 90), on: whole.canvas)
        Painter().fill(shape, Colour(10, 200, 90, alpha: 0.5), on: half.canvas)
        for index in whole.canvas.components.indices {
            for (x, y) in [(0, 0), (31, 20), (63, 47)] {
                let (full, part) = (whole.sample(index, x: x, y: y), half.sample(index, x: x, y: y))
                let step = 1 << (whole.canvas.components[index].depth - 8)
                #expect(abs(part.now - (full.now + part.before) / 2) <= step)
            }
        }
    }

    @Test(
        "Colours become the samples that the standards give them",
        arguments: [
            (Layout.i420, Colour(255, 255, 255), [235, 128, 128]), (.i420, Colour(0, 0, 0), [16, 128, 128]),
            // BT.709, limited: red, blue.
            (.i420, Colour(255, 0, 0), [63, 102, 240]), (.nv12, Colour(0, 0, 255), [32, 240, 118]),
            (.yuv411, Colour(255, 0, 0), [76, 85, 255]), (.bgra, Colour(1, 2, 3), [1, 2, 3]),
            (.i420of10Bits, Colour(255, 255, 255), [940, 512, 512]), (.p010, Colour(0, 0, 0), [64, 512, 512]),
            (.grey16BigEndian, Colour(255, 255, 255), [65535]),
        ])
    func colours(layout: Layout, colour: Colour, samples: [Int]) {
        let picture = PictureInLayout(layout, width: 32, height: 32, orientation: .up)
        Painter().fill(RoundedRectangle(Region(picture.canvas.bounds), radius: 0), colour, on: picture.canvas)
        #expect(samples.indices.map { picture.sample($0, x: 16, y: 16).now } == samples)
    }

    /// What a shape covers, as a picture.
    private func drawn(_ shape: RoundedRectangle, width: Int = 100, height: Int = 80) -> [[Double]] {
        let plane = Plane(width: width, height: height)
        for y in 0..<height { (plane.base + y * plane.stride).update(repeating: 0, count: width) }
        let component = Canvas.Component(base: plane.base, stride: plane.stride, step: 1)
        let canvas = Canvas(components: [component], model: .grey, storedWidth: width, storedHeight: height)
        Painter().fill(shape, Colour(255, 255, 255), on: canvas)
        return samples(plane.view).map { $0.map { Double($0) / 255 } }
    }

    @Test(
        "A rounded rectangle has its area, round corners and straight sides, wherever its edges lie",
        arguments: [0, 0.3, 0.5])
    func area(offset: Double) {
        let region = Region(x: 10 + offset, y: 12 - offset, width: 70.4, height: 50.2)
        let rows = drawn(RoundedRectangle(region, radius: 14))
        let area = 70.4 * 50.2 - (4 - .pi) * 14 * 14
        #expect(abs(rows.joined().reduce(0, +) - area) < 0.005 * area)
        #expect(rows[13][12] == 0)
        #expect(rows[30][40] == 1)
        #expect(rows.allSatisfy { $0[0..<10].allSatisfy { $0 == 0 } && $0[82...].allSatisfy { $0 == 0 } })
    }

    @Test(
        "An outline is as wide as asked for and hollow, also where tiles of a painter meet", arguments: [1.0, 2.5, 6])
    func outline(stroke: Double) {
        let rows = drawn(
            RoundedRectangle(Region(x: 9.5, y: 7.25, width: 80, height: 60), radius: 12, stroke: stroke))
        for y in stride(from: 20, to: 54, by: 1) {
            #expect(abs(rows[y][0..<50].reduce(0, +) - stroke) < 0.02)
            #expect(abs(rows[y][50...].reduce(0, +) - stroke) < 0.02)
        }
        for x in 22..<78 { #expect(abs(rows.map { $0[x] }.reduce(0, +) - 2 * stroke) < 0.02) }
        #expect(rows[37][18...80].allSatisfy { $0 == 0 })
        let length = 2 * (80 + 60) - (8 - 2 * Double.pi) * (12 - stroke / 2) - 4 * stroke
        #expect(abs(rows.joined().reduce(0, +) - length * stroke) < 0.03 * length * stroke)
    }

    @Test("What lies outside the picture is cut off")
    func cut() {
        let picture = PictureInLayout(.nv12, width: 33, height: 21, orientation: .right)
        let region = Region(x: -40, y: -40, width: 200, height: 200)
        Painter().fill(RoundedRectangle(region, radius: 10, stroke: 3), Colour(255, 0, 0), on: picture.canvas)
        #expect(picture.changedBytes.isEmpty)
        Painter().fill(RoundedRectangle(region, radius: 10), Colour(255, 0, 0), on: picture.canvas)
        check(picture, picture.canvas.bounds) { component, now, _, _ in #expect(now == [63, 102, 240][component]) }
        Painter().fill(
            RoundedRectangle(Region(x: 900, y: 0, width: 5, height: 5), radius: 1), Colour(0, 0, 0), on: picture.canvas)
    }

    @Test("A stencil is drawn pixel by pixel")
    func stencil() {
        let bitmap = numbered(width: 9, height: 7)
        let picture = PictureInLayout(.grey, width: 40, height: 40, orientation: .down)
        Painter().fill(Stencil(bitmap.view, x: 12, y: 30), Colour(255, 255, 255), on: picture.canvas)
        for y in 0..<40 {
            for x in 0..<40 {
                let (now, before, _) = picture.sample(0, x: 39 - x, y: 39 - y)
                let inside = contains(Box(x: 12, y: 30, width: 9, height: 7), (x, y))
                let share = inside ? Double(bitmap.base[(y - 30) * bitmap.stride + x - 12]) / 255 : 0
                #expect(abs(Double(now) - Double(before) - share * (255 - Double(before))) <= 0.51)
            }
        }
    }

    @Test(
        "A blur leaves a few means of what was there, and nothing else changes, in every layout and orientation",
        arguments: Layout.allCases, Orientation.allCases)
    func blurs(layout: Layout, orientation: Orientation) {
        let picture = PictureInLayout(
            layout, width: Self.size.width, height: Self.size.height, orientation: orientation)
        Painter().blur(Self.box, on: picture.canvas)
        var values: [Int: [(now: Double, before: Double)]] = [:]
        check(picture, Self.box) { component, now, before, share in
            if share == 0 {
                #expect(now == before)
            } else {
                values[component, default: []].append((Double(now), Double(before)))
            }
        }
        for (component, values) in values where values.count > 150 {
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            func spread(_ values: [Double]) -> Double { mean(values.map { abs($0 - mean(values)) }) }
            let (now, before) = (values.map(\.now), values.map(\.before))
            let largest = Double(1 << picture.canvas.components[component].depth)
            #expect(abs(mean(now) - mean(before)) < 0.03 * largest)
            #expect(spread(now) < 0.35 * spread(before))
        }
    }
}
