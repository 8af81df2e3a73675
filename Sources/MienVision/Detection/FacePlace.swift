import Glibc
public import MienImage

/// Where a face is in a picture: a square about its middle, turned as the head is.
public struct FacePlace: Hashable, Sendable {
    /// The square's middle, in pixels from the picture's top left corner.
    public var x: Float
    public var y: Float
    /// In pixels: that of the box that the cascade frames.
    public var side: Float
    /// Degrees from upright, clockwise as the picture is seen, -180 to 180: positive where the eye on the picture's right
    /// is the lower one.
    public var roll: Float

    public init(x: Float, y: Float, side: Float, roll: Float = 0) {
        (self.x, self.y, self.side, self.roll) = (x, y, side, roll)
    }

    /// The square about the same middle that isn't turned.
    public var region: Region {
        Region(x: Double(x - side / 2), y: Double(y - side / 2), width: Double(side), height: Double(side))
    }

    /// A point in pixels.
    public typealias Point = SIMD2<Float>

    /// The square of a face with eyes and corners of the mouth at these points; right and left are the person's.
    ///
    /// The numbers come from the cascade's boxes on faces whose points are known (`docs/training.md`): its middle lies 0.3
    /// of the way from the eyes to the mouth, and in faces seen from the front its side is 2.57 times the distance of the
    /// eyes and 2.42 times that from eyes to mouth (medians). One of the two shrinks as a head turns or nods.
    public init(rightEye: Point, leftEye: Point, rightMouth: Point, leftMouth: Point) {
        let (eyes, mouth) = ((rightEye + leftEye) / 2, (rightMouth + leftMouth) / 2)
        let (across, down) = (leftEye - rightEye, mouth - eyes)
        let (width, height) = ((across * across).sum().squareRoot(), (down * down).sum().squareRoot())
        let middle = eyes + 0.3 * down
        self.init(
            x: middle.x, y: middle.y, side: max(1.27 * width + 1.22 * height, 2.35 * width, 2.2 * height),
            roll: Self.degrees(atan2f(across.y, across.x)))
    }

    /// From radians between -pi and pi; rounding takes none beyond 180.
    static func degrees(_ angle: Float) -> Float { min(max(angle * 180 / .pi, -180), 180) }

    /// Intersection over union with another, as if neither were turned.
    public func overlap(with other: FacePlace) -> Float {
        let shared = intersection(with: other)
        return shared / max(side * side + other.side * other.side - shared, .leastNormalMagnitude)
    }

    /// The area that both have, in square pixels, as if neither were turned.
    public func intersection(with other: FacePlace) -> Float {
        let reach = (side + other.side) / 2
        let smaller = min(side, other.side)
        let width = min(max(reach - abs(x - other.x), 0), smaller)
        let height = min(max(reach - abs(y - other.y), 0), smaller)
        return width * height
    }
}
