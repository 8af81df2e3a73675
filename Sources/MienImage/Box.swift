/// A rectangle of whole pixels: its top left corner, its width and its height.
public struct Box: Hashable, Sendable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The whole pixels nearest to a region's edges.
    public init(_ region: Region) {
        let (left, top) = (region.x.rounded(), region.y.rounded())
        self.init(
            x: Int(left), y: Int(top), width: Int((region.x + region.width).rounded() - left),
            height: Int((region.y + region.height).rounded() - top))
    }

    public var area: Int { width * height }

    /// The pixels that both have; of no size where they have none.
    public func intersection(_ other: Box) -> Box {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Box(
            x: left, y: top,
            width: max(0, min(x + width, other.x + other.width) - left),
            height: max(0, min(y + height, other.y + other.height) - top))
    }

    /// The square about its middle, so many pixels wide: moved, and where it must be reduced, to lie within `other`.
    package func square(_ side: Int, within other: Box) -> Box {
        let side = min(side, other.width, other.height)
        return Box(
            x: min(max(other.x, x + (width - side) / 2), other.x + other.width - side),
            y: min(max(other.y, y + (height - side) / 2), other.y + other.height - side), width: side, height: side)
    }
}
