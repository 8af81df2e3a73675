import Glibc
import MienNN
import MienVision

/// A picture of a face in front of something else, as a camera might see it. Coordinates are pixels of the face's
/// picture, from its top left corner on.
struct AlignmentScene {
    private enum Background {
        /// The picture's edge, continued outwards, or its mirror image.
        case edge, mirror
        /// Another picture, magnified so far that no face is left to see.
        case other(magnification: Float, x: Float, y: Float)
        /// A grey that grows brighter to one side.
        case grey(level: Float, slopeX: Float, slopeY: Float)
    }

    private let face: UnsafeBufferPointer<UInt8>
    private let other: UnsafeBufferPointer<UInt8>
    private let background: Background
    /// Half the width and height of what is seen of the picture, where its middle is, and over how many pixels it fades:
    /// at random, so that nothing can be learnt from where the picture ends.
    private let (halfWidth, halfHeight): (Float, Float)
    private let (middleX, middleY): (Float, Float)
    private let fade: Float
    private let isRound: Bool
    private let (cosine, sine): (Float, Float)

    private static let side = FacePicture.side
    private static let middle = Float(side) / 2

    /// - Parameter isMiss: whether the face itself must not be seen again in the background.
    init(
        face: UnsafeBufferPointer<UInt8>, other: UnsafeBufferPointer<UInt8>, isMiss: Bool, _ chance: inout SplitMix64
    ) {
        (self.face, self.other) = (face, other)
        let kind = chance.uniform()
        background =
            if kind < 0.25 {
                .edge
            } else if kind < 0.4, !isMiss {
                .mirror
            } else if kind < 0.8 {
                .other(
                    magnification: 2.5 + 2.5 * chance.uniform(), x: 48 * chance.symmetric(), y: 48 * chance.symmetric())
            } else {
                .grey(level: 255 * chance.uniform(), slopeX: 2 * chance.symmetric(), slopeY: 2 * chance.symmetric())
            }
        isRound = chance.uniform() < 0.4
        let largest: Float = isRound ? 0.62 : 0.5
        halfWidth = Float(Self.side) * (largest - 0.12 * chance.uniform())
        halfHeight = Float(Self.side) * (largest + 0.02 - 0.1 * chance.uniform())
        middleX = Self.middle + 2.5 * chance.symmetric()
        middleY = Self.middle + 2.5 * chance.symmetric()
        fade = 0.5 + 5 * chance.uniform()
        let angle = 15 * chance.symmetric() * chance.uniform() * .pi / 180
        (cosine, sine) = (cosf(angle), sinf(angle))
    }

    /// Draws the region to which the picture lies as `alignment` says, and what a camera adds: uneven light, blur, noise,
    /// and things that cover a part. Allocates nothing.
    func draw(
        _ alignment: Alignment, into pixels: UnsafeMutableBufferPointer<UInt8>, _ chance: inout SplitMix64
    ) {
        let count = Alignment.side
        // In pixels of the picture, which is larger than the face's box by the margin of crops.
        let width = Float(Self.side) / Float(FaceCropper.margin) / expf(alignment.growth)
        let step = width * Float(Alignment.margin) / Float(count)
        let startX = Self.middle - alignment.right * width - step * Float(count) / 2
        let startY = Self.middle - alignment.down * width - step * Float(count) / 2
        // Each pixel is the mean of four points; farther apart they blur.
        let spread = step * (chance.uniform() < 0.25 ? 0.5 + chance.uniform() : 0.25)
        let gamma = exp2f(0.7 * chance.symmetric())
        let (lightX, lightY) = (0.02 * chance.symmetric(), 0.02 * chance.symmetric())
        let noise = 10 * chance.uniform() * chance.uniform()
        for y in 0..<count {
            for x in 0..<count {
                let (left, top) = (startX + step * (Float(x) + 0.5), startY + step * (Float(y) + 0.5))
                let sum =
                    value(left - spread, top - spread) + value(left + spread, top - spread)
                    + value(left - spread, top + spread) + value(left + spread, top + spread)
                let light = 1 + lightX * (Float(x) - 16) + lightY * (Float(y) - 16)
                let bits = chance.next()
                let grain = (Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF)) / 65536 - 1
                let level = 255 * powf(sum / 4 / 255, gamma) * light + noise * 2 * grain + 0.5
                pixels[y * count + x] = UInt8(min(max(level, 0), 255))
            }
        }
        if chance.uniform() < 0.2 { cover(pixels, &chance) }
    }

    /// A rectangle of one grey over up to a fifth of the picture.
    private func cover(_ pixels: UnsafeMutableBufferPointer<UInt8>, _ chance: inout SplitMix64) {
        let count = Alignment.side
        let (width, height) = (chance.integer(in: 3...14), chance.integer(in: 3...14))
        let (left, top) = (chance.integer(in: 0...(count - width)), chance.integer(in: 0...(count - height)))
        let grey = UInt8(truncatingIfNeeded: chance.next())
        for y in top..<top + height { for x in left..<left + width { pixels[y * count + x] = grey } }
    }

    /// What is seen at a place.
    private func value(_ x: Float, _ y: Float) -> Float {
        let (dx, dy) = (x - Self.middle, y - Self.middle)
        let (turnedX, turnedY) = (Self.middle + cosine * dx - sine * dy, Self.middle + sine * dx + cosine * dy)
        let share = coverage(turnedX, turnedY)
        let front = share > 0 ? Self.sample(face, turnedX, turnedY) : 0
        if share >= 1 { return front }
        let back: Float =
            switch background {
            case .edge: Self.sample(face, turnedX, turnedY)
            case .mirror: Self.sample(face, Self.mirrored(turnedX), Self.mirrored(turnedY))
            case .other(let magnification, let offsetX, let offsetY):
                Self.sample(
                    other, Self.mirrored((x + offsetX) / magnification), Self.mirrored((y + offsetY) / magnification))
            case .grey(let level, let slopeX, let slopeY): min(max(level + slopeX * dx + slopeY * dy, 0), 255)
            }
        return back + (front - back) * share
    }

    /// How much of the face's picture is seen at a place, 0 to 1.
    private func coverage(_ x: Float, _ y: Float) -> Float {
        let (dx, dy) = (abs(x - middleX), abs(y - middleY))
        let inside: Float
        if isRound {
            let radius = (dx * dx / (halfWidth * halfWidth) + dy * dy / (halfHeight * halfHeight)).squareRoot()
            inside = (1 - radius) * min(halfWidth, halfHeight)
        } else {
            inside = min(halfWidth - dx, halfHeight - dy)
        }
        return min(max(inside / fade, 0), 1)
    }

    private static func mirrored(_ place: Float) -> Float {
        let period = 2 * Float(side)
        let inside = place - (place / period).rounded(.down) * period
        return inside < Float(side) ? inside : period - inside
    }

    /// Linear between the middles of four pixels; what lies outside is the pixel at the edge.
    @inline(__always)
    private static func sample(_ picture: UnsafeBufferPointer<UInt8>, _ x: Float, _ y: Float) -> Float {
        let (fromX, fromY) = (
            min(max(x - 0.5, 0), Float(side - 1)), min(max(y - 0.5, 0), Float(side - 1))
        )
        let (left, top) = (min(Int(fromX), side - 2), min(Int(fromY), side - 2))
        let (wx, wy) = (fromX - Float(left), fromY - Float(top))
        let corner = top * side + left
        let (a, b) = (Float(picture[corner]), Float(picture[corner + 1]))
        let (c, d) = (Float(picture[corner + side]), Float(picture[corner + side + 1]))
        let (upper, lower) = (a + (b - a) * wx, c + (d - c) * wx)
        return upper + (lower - upper) * wy
    }
}
