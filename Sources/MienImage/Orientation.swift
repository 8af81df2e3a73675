/// How a stored picture is to be turned so that it stands upright. Raw values are EXIF's (CIPA DC-008, tag 0x0112).
public enum Orientation: Int, CaseIterable, Sendable {
    case up = 1
    /// Left and right change places.
    case upMirrored
    /// Half a turn.
    case down
    /// Top and bottom change places.
    case downMirrored
    /// Rows become columns.
    case leftMirrored
    /// A quarter turn clockwise.
    case right
    /// Rows become columns, then half a turn.
    case rightMirrored
    /// A quarter turn counterclockwise.
    case left

    /// Width and height change places.
    public var isTransposed: Bool { rawValue >= 5 }

    /// The orientation that first lets rows become columns (if `transposed`), and then mirrors what came out.
    public init(transposed: Bool, mirroredX: Bool, mirroredY: Bool) {
        self =
            switch (transposed, mirroredX, mirroredY) {
            case (false, false, false): .up
            case (false, true, false): .upMirrored
            case (false, true, true): .down
            case (false, false, true): .downMirrored
            case (true, false, false): .leftMirrored
            case (true, true, false): .right
            case (true, true, true): .rightMirrored
            case (true, false, true): .left
            }
    }

    /// This, and then left and right change places.
    public var mirrored: Orientation {
        Orientation(transposed: isTransposed, mirroredX: !mirrorsX, mirroredY: mirrorsY)
    }

    /// Left and right change places, after rows have become columns where they do.
    public var mirrorsX: Bool {
        switch self {
        case .upMirrored, .down, .right, .rightMirrored: true
        case .up, .downMirrored, .leftMirrored, .left: false
        }
    }

    /// So do top and bottom.
    public var mirrorsY: Bool {
        switch self {
        case .down, .downMirrored, .rightMirrored, .left: true
        case .up, .upMirrored, .leftMirrored, .right: false
        }
    }

    /// Where a box of the upright picture, which has this size, lies in the stored one.
    public func stored(_ box: Box, width: Int, height: Int) -> Box {
        let x = mirrorsX ? width - box.x - box.width : box.x
        let y = mirrorsY ? height - box.y - box.height : box.y
        return isTransposed
            ? Box(x: y, y: x, width: box.height, height: box.width)
            : Box(x: x, y: y, width: box.width, height: box.height)
    }

    /// Writes `source`, turned upright, into `target`, which gets the size that this takes.
    public func apply(to source: PlaneView, into target: inout Plane) {
        let (width, height) = isTransposed ? (source.height, source.width) : (source.width, source.height)
        target.resize(width: width, height: height)
        // Where the target's first pixel comes from, and how far apart its neighbours' origins lie.
        var origin = source.base
        var (stepX, stepY) = isTransposed ? (source.stride, 1) : (1, source.stride)
        if mirrorsX && width > 0 {
            origin += stepX * (width - 1)
            stepX = -stepX
        }
        if mirrorsY && height > 0 {
            origin += stepY * (height - 1)
            stepY = -stepY
        }
        // In tiles, since one of both sides is walked across its rows when the picture is transposed.
        let tile = isTransposed ? 32 : max(width, 1)
        for left in stride(from: 0, to: width, by: tile) {
            let right = min(width, left + tile)
            for y in 0..<height {
                let from = origin + y * stepY
                let to = target.base + y * target.stride
                for x in left..<right { to[x] = from[x * stepX] }
            }
        }
    }
}
