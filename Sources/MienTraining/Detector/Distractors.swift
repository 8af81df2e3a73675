import Glibc
import MienNN
import MienVision

/// What is as large as a face, and as round, and none.
struct Distractor {
    private enum Kind: CaseIterable {
        /// A head of which no feature is left.
        case blank
        /// Hair all over.
        case back
        /// The pieces of a face in another order.
        case pieces
        /// An eye, the nose or the mouth alone, magnified.
        case part
        /// Stripes, rings, text.
        case pattern, rings, text
    }

    private let head: Head
    private let frame: FaceFrame
    private let kind: Kind
    private let outline: Outline
    private let pattern: Pattern
    private let seed: UInt64
    private let (u, v, size): (Float, Float, Float)

    init(_ head: Head, at frame: FaceFrame, _ chance: inout SplitMix64) {
        (self.head, self.frame) = (head, frame)
        kind = Kind.allCases[chance.integer(in: 0...(Kind.allCases.count - 1))]
        let kinds = Outline.Kind.allCases
        outline = Outline(
            kind: kinds[chance.integer(in: 0...2)], u: 0, v: 0, halfWidth: 0.4 + 0.2 * chance.uniform(),
            halfHeight: 0.45 + 0.3 * chance.uniform(), fade: max(1 / frame.side, 0.1 * chance.uniform()))
        pattern = Pattern(level: 220 * chance.uniform(), fineness: 5, &chance)
        seed = chance.next()
        // An eye, the nose or the mouth of most faces.
        let part: (Float, Float) = [(-0.19, -0.12), (0.19, -0.12), (0, 0.07), (0, 0.29)][chance.integer(in: 0...3)]
        (u, v) = part
        size = 0.18 + 0.14 * chance.uniform()
    }

    func paint(on canvas: SceneCanvas) {
        let source = FaceFrame(head.place)
        let step = head.place.side / frame.side
        let sampler = head.picture.sampler(
            step: kind == .blank ? max(step, head.place.side / 3) : kind == .part ? step * size : step)
        func face(_ u: Float, _ v: Float) -> Float {
            let place = source.point(u, v)
            return sampler.value(place.x, place.y)
        }
        canvas.paint(
            frame, left: -outline.halfWidth, top: -outline.halfHeight, right: outline.halfWidth,
            bottom: outline.halfHeight
        ) { u, v in
            let cover = outline.cover(u, v)
            guard cover > 0 else { return (0, 0) }
            let level: Float =
                switch kind {
                case .blank: face(u, v) + pattern.level(u, v) * 0.1
                // The top of the head, mirrored over and over, with strands.
                case .back: face(u * 0.9, -0.5 + 0.12 * abs(v)) * 0.8 + pattern.level(u, v) * 0.2
                case .pieces:
                    {
                        let (column, row) = (Int((u + 1) * 4), Int((v + 1) * 4))
                        let bits = SplitMix64.mixing(seed, UInt64(column * 8 + row))
                        let (otherU, otherV) = (Float(bits & 3) * 0.25 - 0.5, Float(bits >> 2 & 3) * 0.25 - 0.5)
                        return face(
                            otherU + (u + 1) - Float(column) * 0.25, otherV + (v + 1) - Float(row) * 0.25)
                    }()
                case .part: face(self.u + u * size, self.v + v * size)
                case .pattern: pattern.level(u, v)
                case .rings: pattern.level((u * u + v * v).squareRoot() * 2, 0)
                case .text:
                    {
                        let (column, row) = (Int((u + 1) * 18), Int((v + 1) * 9))
                        let isBlank = SplitMix64.mixing(seed, UInt64(column / 5 * 40 + row)) & 7 == 0
                        let ink =
                            row & 1 == 0 && !isBlank && SplitMix64.mixing(seed, UInt64(column * 64 + row)) & 1 == 1
                        let paper = pattern.level(0, 0)
                        return ink ? 255 - paper : paper
                    }()
                }
            return (min(max(level, 0), 255), cover)
        }
    }
}

extension SplitMix64 {
    /// One number of the stream for `purpose`.
    @inline(__always)
    static func mixing(_ seed: UInt64, _ purpose: UInt64) -> UInt64 {
        var z = seed ^ (purpose &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
