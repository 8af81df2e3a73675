import Glibc
import MienNN
import MienVision

/// What the network learns from that says how a face lies to a region: faces moved, magnified and turned by known
/// amounts, in front of something else, and pictures without a face, all made from pictures of faces.
struct AlignmentSamples: Sendable {
    let pictures: PictureSet
    let seed: UInt64
    let epoch: Int

    static let inputCount = Alignment.side * Alignment.side
    static let targetCount = Alignment.answerCount * Alignment.binCount

    /// Writes the sample made from picture `index`; returns the answer that is wanted. Allocates nothing.
    @discardableResult
    func write(
        _ index: Int, to input: UnsafeMutableBufferPointer<Float>, _ targets: UnsafeMutableBufferPointer<Float>
    ) -> Alignment {
        var chance = SplitMix64(seed, Purpose.augmentation, UInt64(epoch), UInt64(index))
        let other = chance.integer(in: 0...(pictures.count - 1))
        let truth = Self.truth(&chance)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FacePicture.pixelCount) { face in
            pictures.withPicture(index) { Self.copy($0, isFace: truth != nil, to: face, &chance) }
            let region = truth ?? Self.miss(&chance)
            pictures.withPicture(other) { other in
                let scene = AlignmentScene(
                    face: UnsafeBufferPointer(face), other: other, isMiss: truth == nil, &chance)
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.inputCount) { pixels in
                    scene.draw(region, into: pixels, &chance)
                    FacePicture.normalise(UnsafeBufferPointer(pixels), into: input, as: .standard)
                }
            }
        }
        let wanted = truth ?? Alignment(faceness: 0)
        wanted.write(to: targets)
        return wanted
    }

    /// Where the face is to lie; nil: nowhere. Half of the faces lie nearly right, since most will.
    private static func truth(_ chance: inout SplitMix64) -> Alignment? {
        if chance.uniform() < 0.35 { return nil }
        let spread: Float = chance.next() & 1 == 1 ? 0.12 : 0.38
        return Alignment(
            right: spread * chance.symmetric(), down: spread * chance.symmetric(), growth: spread * chance.symmetric())
    }

    /// A region that misses: beside the face, or much too large or too small for it.
    private static func miss(_ chance: inout SplitMix64) -> Alignment {
        if chance.next() & 1 == 1 {
            let (distance, direction) = (0.65 + 0.65 * chance.uniform(), 2 * Float.pi * chance.uniform())
            return Alignment(
                right: distance * cosf(direction), down: distance * sinf(direction), growth: 0.4 * chance.symmetric())
        }
        let growth = 0.75 + 0.55 * chance.uniform()
        return Alignment(
            right: 0.3 * chance.symmetric(), down: 0.3 * chance.symmetric(),
            growth: chance.next() & 1 == 1 ? growth : -growth)
    }

    /// The picture, mirrored or not. For what is to be no face half of the time in another order, which leaves light and
    /// texture as they are: upside down, lying on its side, or in pieces.
    private static func copy(
        _ picture: UnsafeBufferPointer<UInt8>, isFace: Bool, to face: UnsafeMutableBufferPointer<UInt8>,
        _ chance: inout SplitMix64
    ) {
        let side = FacePicture.side
        let isMirrored = chance.next() & 1 == 1
        let kind = isFace || chance.next() & 1 == 1 ? 0 : chance.integer(in: 1...4)
        // Pieces change places by a step that is prime to their number.
        let pieces = chance.integer(in: 3...4)
        let (factor, start) = (pieces == 3 ? 5 : 7, chance.integer(in: 0...(pieces * pieces - 1)))
        let length = side / pieces
        for y in 0..<side {
            for x in 0..<side {
                var (fromX, fromY) = (isMirrored ? side - 1 - x : x, y)
                switch kind {
                case 1: fromY = side - 1 - y
                case 2: (fromX, fromY) = (y, fromX)
                case 3:
                    let piece = (y / length * pieces + x / length) * factor + start
                    fromX = piece % pieces * length + fromX % length
                    fromY = piece / pieces % pieces * length + y % length
                case 4: (fromX, fromY) = ((fromX + side / 2) % side, (y + side / 2) % side)
                default: break
                }
                face[y * side + x] = picture[fromY * side + fromX]
            }
        }
    }
}
