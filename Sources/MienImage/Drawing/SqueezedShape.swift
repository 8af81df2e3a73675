/// A shape of the picture as displayed, on stored pixels that aren't square.
struct SqueezedShape<Base: Shape>: Shape {
    private let base: Base
    /// Pixels as displayed to a stored one.
    private let scale: (x: Double, y: Double)
    let bounds: Box

    init(_ base: Base, by scale: (x: Double, y: Double)) {
        (self.base, self.scale) = (base, scale)
        bounds = base.bounds.squeezed(by: scale)
    }

    func covers(_ box: Box) -> Bool? { base.covers(displayed(box)) }

    /// All pixels of the displayed picture that these have a part in.
    private func displayed(_ box: Box) -> Box { box.squeezed(by: (1 / scale.x, 1 / scale.y)) }

    func cover(_ box: Box, into coverage: UnsafeMutablePointer<UInt8>, stride: Int) {
        let seen = displayed(box).intersection(base.bounds)
        guard seen.area > 0 else {
            for y in 0..<box.height { (coverage + y * stride).update(repeating: 0, count: box.width) }
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: seen.area) { covered in
            guard let pixels = covered.baseAddress else { return }
            pixels.initialize(repeating: 0, count: seen.area)
            base.cover(seen, into: pixels, stride: seen.width)
            let share = 1 / (scale.x * scale.y)
            for y in 0..<box.height {
                let rows = Span(box.y + y, scale.y, in: seen.y..<seen.y + seen.height)
                for x in 0..<box.width {
                    let columns = Span(box.x + x, scale.x, in: seen.x..<seen.x + seen.width)
                    var sum = 0.0
                    for row in rows.whole {
                        let line = pixels + (row - seen.y) * seen.width
                        for column in columns.whole {
                            sum += Double(line[column - seen.x]) * rows.part(row) * columns.part(column)
                        }
                    }
                    coverage[y * stride + x] = UInt8(min(sum * share + 0.5, 255))
                }
            }
        }
    }
}

/// What a stored pixel has of a row or column of the displayed picture.
private struct Span {
    private let (start, end): (Double, Double)
    /// The pixels that it has a part in.
    let whole: Range<Int>

    init(_ pixel: Int, _ scale: Double, in limits: Range<Int>) {
        (start, end) = (Double(pixel) * scale, Double(pixel + 1) * scale)
        whole = (Int(start.rounded(.down))..<Int(end.rounded(.up))).clamped(to: limits)
    }

    /// How much of one.
    func part(_ pixel: Int) -> Double { max(0, min(end, Double(pixel + 1)) - max(start, Double(pixel))) }
}

extension Box {
    /// All pixels that it touches where one is as large as so many of its own.
    func squeezed(by scale: (x: Double, y: Double)) -> Box {
        Region(
            x: Double(x) / scale.x, y: Double(y) / scale.y, width: Double(width) / scale.x,
            height: Double(height) / scale.y
        ).outerBox
    }
}
