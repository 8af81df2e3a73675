public import MienNN
import MienVision

/// What is done to a picture each time it is learnt from, so that it is never quite the same.
public struct Augmentation: Sendable, Equatable {
    /// Mirrors every other picture.
    public var flips = true
    /// Moves by up to so many pixels each way; what was at the border fills the gap.
    public var largestShift = 4

    public init() {}

    /// Writes a changed copy of `picture` into `result`: 48x48 samples each. Allocates nothing.
    public func apply(
        to picture: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>,
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
}
