import Glibc
public import MienNN
import MienVision

/// What is done to a picture each time it is learnt from, so that it is never quite the same.
public struct Augmentation: Sendable, Equatable {
    /// Mirrors every other picture.
    public var flips = true
    /// Moves by up to so many pixels each way; what was at the border fills the gap.
    public var largestShift = 4
    /// Turns by up to so many degrees either way.
    public var rotation: Float = 0
    /// Magnifies or reduces by up to this share.
    public var scale: Float = 0
    /// Moves each row or column against the next by up to so many of their distance.
    public var shear: Float = 0
    /// How far light may differ: of the gamma curve, and from one side of the face to the other. 0: not at all; 1: twice.
    public var lighting: Float = 0
    /// The share of pictures that are made as poor as webcams': blurred, or of fewer pixels, and noisy.
    public var degradation: Float = 0
    /// The share of pictures in which a rectangle is covered with noise. Zhong et al., Random Erasing, 2017.
    public var erasing: Float = 0

    public init() {}

    /// In a recipe's text.
    var text: String {
        "flip \(flips), shift \(largestShift), rotation \(rotation), scale \(scale), shear \(shear), "
            + "lighting \(lighting), degradation \(degradation), erasing \(erasing)"
    }

    /// Writes a changed copy of `picture` into `result`: 48x48 samples each. Allocates nothing.
    public func apply(
        to picture: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>,
        _ generator: inout SplitMix64
    ) {
        if rotation == 0, scale == 0, shear == 0 {
            move(picture, into: result, &generator)
        } else {
            warp(picture, into: result, &generator)
        }
        if lighting > 0 { light(result, &generator) }
        if degradation > 0, generator.uniform() < degradation { degrade(result, &generator) }
        if erasing > 0, generator.uniform() < erasing { erase(result, &generator) }
    }

    /// By whole pixels, which leaves their values as they are.
    private func move(
        _ picture: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>,
        _ generator: inout SplitMix64
    ) {
        let side = FacePicture.side
        let isFlipped = flips && generator.next() & 1 == 1
        let right = generator.integer(in: -largestShift...largestShift)
        let down = generator.integer(in: -largestShift...largestShift)
        for y in 0..<side {
            let row = min(max(y - down, 0), side - 1) * side
            for x in 0..<side {
                let column = min(max(x - right, 0), side - 1)
                result[y * side + x] = picture[row + (isFlipped ? side - 1 - column : column)]
            }
        }
    }

    /// Turned, magnified, sheared, moved and mirrored about the middle, all at once; between four pixels linearly.
    private func warp(
        _ picture: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>,
        _ generator: inout SplitMix64
    ) {
        let side = FacePicture.side
        let mirror: Float = flips && generator.next() & 1 == 1 ? -1 : 1
        let angle = rotation * generator.symmetric() * .pi / 180
        let reduction = 1 / (1 + scale * generator.symmetric())
        let (shearX, shearY) = (shear * generator.symmetric(), shear * generator.symmetric())
        let (right, down) = (Float(largestShift) * generator.symmetric(), Float(largestShift) * generator.symmetric())
        // From a place in the result to the one in the picture that is seen there, both measured from the middle.
        let (cosine, sine) = (cosf(angle) * reduction, sinf(angle) * reduction)
        let (xx, xy) = (mirror * (cosine - sine * shearY), mirror * (cosine * shearX - sine))
        let (yx, yy) = (sine + cosine * shearY, sine * shearX + cosine)
        let middle = Float(side - 1) / 2
        let last = Float(side - 1)
        for y in 0..<side {
            let dy = Float(y) - middle - down
            for x in 0..<side {
                let dx = Float(x) - middle - right
                let fromX = min(max(middle + xx * dx + xy * dy, 0), last)
                let fromY = min(max(middle + yx * dx + yy * dy, 0), last)
                let (left, top) = (min(Int(fromX), side - 2), min(Int(fromY), side - 2))
                let (wx, wy) = (fromX - Float(left), fromY - Float(top))
                let corner = top * side + left
                let (a, b) = (Float(picture[corner]), Float(picture[corner + 1]))
                let (c, d) = (Float(picture[corner + side]), Float(picture[corner + side + 1]))
                let (upper, lower) = (a + (b - a) * wx, c + (d - c) * wx)
                result[y * side + x] = UInt8(upper + (lower - upper) * wy + 0.5)
            }
        }
    }
}

extension SplitMix64 {
    /// -1 to 1.
    mutating func symmetric() -> Float { 2 * uniform() - 1 }
}
