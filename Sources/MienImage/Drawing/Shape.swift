/// What can be filled with a colour: says how much of each pixel it covers.
public protocol Shape {
    /// It covers nothing outside.
    var bounds: Box { get }
    /// It covers nothing in here either; may be of no size.
    var hole: Box { get }
    /// Sets `coverage` to how much of each pixel of row `y` is covered, 0 to 255; the first is `columns.lowerBound`.
    /// Row and columns lie in `bounds`.
    func cover(row y: Int, columns: Range<Int>, into coverage: UnsafeMutablePointer<UInt8>)
}

extension Shape {
    public var hole: Box { Box(x: 0, y: 0, width: 0, height: 0) }
}

/// A rectangle with round corners, filled or as an outline, with edges anywhere between pixels.
public struct RoundedRectangle: Shape {
    public var region: Region
    public var radius: Double
    /// The outline's width, inside the region; nil: filled.
    public var stroke: Double?

    public init(_ region: Region, radius: Double, stroke: Double? = nil) {
        self.region = region
        self.radius = max(0, min(radius, region.width / 2, region.height / 2))
        self.stroke = stroke
    }

    public var bounds: Box { region.outerBox }

    public var hole: Box {
        guard let stroke else { return Box(x: 0, y: 0, width: 0, height: 0) }
        let rim = max(stroke, radius) + 1
        return Region(
            x: region.x + rim, y: region.y + rim, width: max(0, region.width - 2 * rim),
            height: max(0, region.height - 2 * rim)
        ).innerBox
    }

    public func cover(row y: Int, columns: Range<Int>, into coverage: UnsafeMutablePointer<UInt8>) {
        let row = Row(self, y)
        // Between the corners all pixels are alike.
        let rim = max(radius, stroke ?? 0) + 1
        let middle =
            Int(
                (region.x + rim).rounded(.up))..<max(
                Int((region.x + rim).rounded(.up)), Int((region.x + region.width - rim).rounded(.down)))
        let inner = middle.clamped(to: columns)
        for x in columns.lowerBound..<inner.lowerBound { coverage[x - columns.lowerBound] = row.coverage(x) }
        if !inner.isEmpty {
            (coverage + (inner.lowerBound - columns.lowerBound))
                .update(repeating: row.coverage(inner.lowerBound), count: inner.count)
        }
        for x in inner.upperBound..<columns.upperBound { coverage[x - columns.lowerBound] = row.coverage(x) }
    }

    /// Coverage from the distance of a pixel's centre to the edge, which is good for edges that are straight within a pixel.
    private struct Row {
        let (centreX, insetX, radius, dy): (Float, Float, Float, Float)
        let stroke: Float

        init(_ shape: RoundedRectangle, _ y: Int) {
            let region = shape.region
            radius = Float(shape.radius)
            centreX = Float(region.x + region.width / 2)
            insetX = Float(region.width / 2 - shape.radius)
            dy = abs(Float(y) + 0.5 - Float(region.y + region.height / 2)) - Float(region.height / 2 - shape.radius)
            stroke = shape.stroke.map { Float($0) } ?? .infinity
        }

        func coverage(_ x: Int) -> UInt8 {
            let dx = abs(Float(x) + 0.5 - centreX) - insetX
            let outer = (dx > 0 && dy > 0 ? (dx * dx + dy * dy).squareRoot() : max(dx, dy)) - radius
            let distance = max(outer, -outer - stroke)
            return UInt8(min(max(0.5 - distance, 0), 1) * 255 + 0.5)
        }
    }
}

/// A bitmap of coverages, such as a letter, at a place. Somebody else owns its samples.
public struct Stencil: Shape {
    public var bitmap: PlaneView
    public var x: Int
    public var y: Int

    public init(_ bitmap: PlaneView, x: Int, y: Int) {
        (self.bitmap, self.x, self.y) = (bitmap, x, y)
    }

    public var bounds: Box { Box(x: x, y: y, width: bitmap.width, height: bitmap.height) }

    public func cover(row: Int, columns: Range<Int>, into coverage: UnsafeMutablePointer<UInt8>) {
        coverage.update(
            from: bitmap.base + (row - y) * bitmap.stride + (columns.lowerBound - x), count: columns.count)
    }
}

extension Region {
    /// All pixels that it touches.
    public var outerBox: Box {
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        return Box(
            x: left, y: top, width: Int((x + width).rounded(.up)) - left, height: Int((y + height).rounded(.up)) - top)
    }

    /// The pixels that lie in it as a whole.
    var innerBox: Box {
        let (left, top) = (Int(x.rounded(.up)), Int(y.rounded(.up)))
        return Box(
            x: left, y: top, width: max(0, Int((x + width).rounded(.down)) - left),
            height: max(0, Int((y + height).rounded(.down)) - top))
    }
}
