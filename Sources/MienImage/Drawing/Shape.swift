/// What can be filled with a colour: says how much of each pixel it covers.
public protocol Shape {
    /// It covers nothing outside.
    var bounds: Box { get }
    /// True where all of `box` is covered, false where nothing of it is, nil where each pixel is to be asked for.
    func covers(_ box: Box) -> Bool?
    /// Sets `coverage`, rows `stride` bytes apart, to how much of each of these pixels is covered, 0 to 255.
    /// `box` lies in `bounds`.
    func cover(_ box: Box, into coverage: UnsafeMutablePointer<UInt8>, stride: Int)
}

/// A rectangle with round corners, filled or as an outline, with edges anywhere between pixels.
public struct RoundedRectangle: Shape {
    public let region: Region
    private let (centreX, centreY): (Float, Float)
    /// From the centre to where the corners' circles have theirs.
    private let (insetX, insetY): (Float, Float)
    private let radius: Float
    /// The outline's width; infinite: filled.
    private let stroke: Float

    /// `stroke`: the outline's width, inside the region; nil: filled.
    public init(_ region: Region, radius: Double, stroke: Double? = nil) {
        self.region = region
        let radius = max(0, min(radius, region.width / 2, region.height / 2))
        (centreX, centreY) = (Float(region.x + region.width / 2), Float(region.y + region.height / 2))
        (insetX, insetY) = (Float(region.width / 2 - radius), Float(region.height / 2 - radius))
        (self.radius, self.stroke) = (Float(radius), stroke.map { Float($0) } ?? .infinity)
    }

    public var bounds: Box { region.outerBox }

    /// From the lines on which the corners' circles have their middles, positive towards the edge.
    private func dx(_ x: Int) -> Float { abs(Float(x) + 0.5 - centreX) - insetX }
    private func dy(_ y: Int) -> Float { abs(Float(y) + 0.5 - centreY) - insetY }

    /// Of a pixel's middle from the outer edge, negative inside.
    private func distance(_ dx: Float, _ dy: Float) -> Float {
        (dx > 0 && dy > 0 ? (dx * dx + dy * dy).squareRoot() : max(dx, dy)) - radius
    }

    /// The edge is as good as straight within a pixel.
    private func coverage(_ distance: Float) -> UInt8 {
        UInt8(min(max(0.5 - max(distance, -distance - stroke), 0), 1) * 255 + 0.5)
    }

    public func covers(_ box: Box) -> Bool? { Part(box, of: self).coverage.map { $0 > 0 } }

    public func cover(_ box: Box, into coverage: UnsafeMutablePointer<UInt8>, stride: Int) {
        guard box.area > 0 else { return }
        let part = Part(box, of: self)
        if let value = part.coverage {
            for y in 0..<box.height { (coverage + y * stride).update(repeating: value, count: box.width) }
        } else if part.isBelowEdge {
            for y in 0..<box.height {
                let value = self.coverage(dy(box.y + y) - radius)
                (coverage + y * stride).update(repeating: value, count: box.width)
            }
        } else if part.isBesideEdge {
            for x in 0..<box.width { coverage[x] = self.coverage(dx(box.x + x) - radius) }
            for y in 1..<box.height { (coverage + y * stride).update(from: coverage, count: box.width) }
        } else if box.area > 16 {
            // A round edge touches few of a corner's pixels: look for those.
            let (across, down) = ((box.width + 1) / 2, (box.height + 1) / 2)
            var y = 0
            while y < box.height {
                var x = 0
                while x < box.width {
                    let quarter = Box(
                        x: box.x + x, y: box.y + y, width: min(across, box.width - x), height: min(down, box.height - y)
                    )
                    cover(quarter, into: coverage + y * stride + x, stride: stride)
                    x += across
                }
                y += down
            }
        } else {
            for y in 0..<box.height {
                for x in 0..<box.width {
                    coverage[y * stride + x] = self.coverage(distance(dx(box.x + x), dy(box.y + y)))
                }
            }
        }
    }

    /// What a box of pixels has in common.
    private struct Part {
        /// Where it is the same for all.
        var coverage: UInt8?
        /// So far from edges above and below, or at the sides, that these make no difference.
        let isBesideEdge: Bool
        let isBelowEdge: Bool

        init(_ box: Box, of shape: RoundedRectangle) {
            let (left, right) = (shape.dx(box.x), shape.dx(box.x + box.width - 1))
            let (top, bottom) = (shape.dy(box.y), shape.dy(box.y + box.height - 1))
            // What is within the edge, or within the outline, is convex: the corners tell.
            let farthest = shape.distance(max(left, right), max(top, bottom))
            let nearest = shape.distance(min(left, right), min(top, bottom))
            let isInOneQuarter =
                abs(right - left) > Float(box.width) - 1.5 && abs(bottom - top) > Float(box.height) - 1.5
            if farthest <= -shape.stroke - 0.5 || isInOneQuarter && nearest >= 0.5 {
                coverage = 0
            } else if farthest <= -0.5, shape.stroke == .infinity || isInOneQuarter && nearest >= 0.5 - shape.stroke {
                coverage = 255
            }
            let inside = min(shape.radius - (shape.stroke == .infinity ? 0 : shape.stroke) - 0.5, 0)
            (isBelowEdge, isBesideEdge) = (max(left, right) <= inside, max(top, bottom) <= inside)
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

    public func covers(_ box: Box) -> Bool? { nil }

    public func cover(_ box: Box, into coverage: UnsafeMutablePointer<UInt8>, stride: Int) {
        for row in 0..<box.height {
            let line = bitmap.base + (box.y + row - y) * bitmap.stride + (box.x - x)
            (coverage + row * stride).update(from: line, count: box.width)
        }
    }
}

extension Region {
    /// All pixels that it touches.
    public var outerBox: Box {
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        return Box(
            x: left, y: top, width: Int((x + width).rounded(.up)) - left, height: Int((y + height).rounded(.up)) - top)
    }
}
