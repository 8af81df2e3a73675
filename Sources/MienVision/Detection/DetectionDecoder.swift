import Glibc

/// A face that the detector's network found.
public struct DetectedFace: Hashable, Sendable {
    public var place: FacePlace
    /// How certain it is, 0 to 1.
    public var score: Float

    public init(place: FacePlace, score: Float) { (self.place, self.score) = (place, score) }
}

/// What the detector's network says of one cell of one of its grids, and what it means. Training writes what use reads.
///
/// Of each stride there is a grid of cells that many pixels wide, and of each cell `channelCount` numbers: the logit of a
/// face's being there; how far right and down of the cell's middle the face's middle lies, in strides; the natural
/// logarithm of its side in `sideInStrides` strides; cosine and sine of its roll.
public enum DetectorCell {
    public static let strides = [8, 16, 32]
    public static let channelCount = 6
    /// The side that the logarithm's zero stands for.
    public static let sideInStrides: Float = 3

    /// The middle of a cell, counted from the first, in pixels.
    @inline(__always)
    public static func middle(_ index: Int, stride: Int) -> Float { (Float(index) + 0.5) * Float(stride) }

    /// The side that a number stands for, in pixels.
    @inline(__always)
    public static func side(_ logarithm: Float, stride: Int) -> Float {
        expf(logarithm) * sideInStrides * Float(stride)
    }
}

/// Makes faces of what the detector's network says. Keeps its working memory; one thread at a time.
public struct DetectionDecoder: Sendable {
    /// One of the network's outputs: `DetectorCell.channelCount` planes of `width` x `height` cells, row by row.
    public struct Output {
        public var stride: Int
        public var width: Int
        public var height: Int
        public var values: UnsafeBufferPointer<Float>

        public init(stride: Int, width: Int, height: Int, values: UnsafeBufferPointer<Float>) {
            (self.stride, self.width, self.height, self.values) = (stride, width, height, values)
        }
    }

    /// What scores less is no face.
    public var lowestScore: Float
    /// Of two faces that share more of their union than this, or of the smaller one than `largestShare`, the one with
    /// the higher score stays.
    public var largestOverlap: Float = 0.4
    public var largestShare: Float = 0.75

    private var candidates: [DetectedFace] = []

    /// More are no picture of people but a pattern, and their comparison would take long.
    private static let mostFaces = 256
    /// No face is larger than so many pixels: whatever says so says nothing.
    private static let largestSide: Float = 1e5

    public init(lowestScore: Float = 0.5) { self.lowestScore = lowestScore }

    /// Replaces `faces` with those in the outputs, in pixels of the network's picture: the best first. Numbers that aren't
    /// finite make no face.
    public mutating func decode(_ outputs: [Output], into faces: inout [DetectedFace]) {
        candidates.removeAll(keepingCapacity: true)
        for output in outputs { collect(output) }
        // By everything, so that equal scores don't depend on the order of the cells.
        candidates.sort {
            ($0.score, $0.place.side, -$0.place.y, -$0.place.x) > ($1.score, $1.place.side, -$1.place.y, -$1.place.x)
        }
        faces.removeAll(keepingCapacity: true)
        for candidate in candidates where faces.count < Self.mostFaces {
            if faces.allSatisfy({ !isSame($0.place, candidate.place) }) { faces.append(candidate) }
        }
    }

    private func isSame(_ first: FacePlace, _ second: FacePlace) -> Bool {
        let shared = first.intersection(with: second)
        let (one, other) = (first.side * first.side, second.side * second.side)
        return shared > largestOverlap * (one + other - shared) || shared > largestShare * min(one, other)
    }

    private mutating func collect(_ output: Output) {
        let count = output.width * output.height
        guard output.values.count >= DetectorCell.channelCount * count else { return }
        // In logits, so that most cells cost a comparison.
        let lowest = -logf(1 / max(lowestScore, 1e-6) - 1)
        let stride = Float(output.stride)
        for y in 0..<output.height {
            for x in 0..<output.width {
                let cell = y * output.width + x
                let logit = output.values[cell]
                guard logit >= lowest else { continue }
                func number(_ channel: Int) -> Float { output.values[channel * count + cell] }
                let place = FacePlace(
                    x: DetectorCell.middle(x, stride: output.stride) + number(1) * stride,
                    y: DetectorCell.middle(y, stride: output.stride) + number(2) * stride,
                    side: DetectorCell.side(number(3), stride: output.stride),
                    roll: FacePlace.degrees(atan2f(number(5), number(4))))
                let score = 1 / (1 + expf(-logit))
                guard score.isFinite, place.x.isFinite, place.y.isFinite, place.roll.isFinite, place.side >= 1,
                    place.side <= Self.largestSide
                else { continue }
                candidates.append(DetectedFace(place: place, score: score))
            }
        }
    }
}
