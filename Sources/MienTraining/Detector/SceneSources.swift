import MienImage
import MienNN
import MienVision

/// What scenes are made of, in memory.
public struct SceneSources: Sendable {
    struct Head: Sendable {
        /// Of `pictures`.
        var picture: Int
        var place: FacePlace
        /// Nil where they aren't known.
        var points: FacePoints?
        var person: Int
    }

    struct FrameFace: Sendable {
        var place: FacePlace
        /// Whether it is to be found; of others nothing is asked.
        var isCertain: Bool
    }

    private(set) var pictures = PicturePyramids()
    private(set) var heads: [Head] = []
    private(set) var frames = PicturePyramids()
    private(set) var facesInFrames: [[FrameFace]] = []
    private(set) var backgrounds = PicturePyramids()
    /// Sums of the backgrounds' and frames' weights up to each.
    private var backgroundSums: [Float] = []
    private var frameSums: [Float] = []
    /// Of all that was read; a checkpoint of a run with others is refused.
    public private(set) var fingerprint: UInt64 = 0
    /// Files that were left out, with the reason, which names the file.
    public internal(set) var faults: [String] = []

    init() {}

    mutating func append(head view: PlaneView, _ place: FacePlace, points: FacePoints?, person: Int) {
        heads.append(Head(picture: pictures.count, place: place, points: points, person: person))
        pictures.append(view)
        note(view)
    }

    mutating func append(background view: PlaneView) {
        guard min(view.width, view.height) >= 32 else { return }
        backgrounds.append(view)
        backgroundSums.append((backgroundSums.last ?? 0) + Float(view.width * view.height).squareRoot())
        note(view)
    }

    mutating func append(frame view: PlaneView, _ faces: [FrameFace]) {
        frames.append(view)
        facesInFrames.append(faces)
        // Faces are rare in frames.
        frameSums.append((frameSums.last ?? 0) + (faces.contains(where: \.isCertain) ? 2 : 1))
        note(view)
    }

    private mutating func note(_ view: PlaneView) {
        var hash = fingerprint ^ UInt64(view.width) << 32 ^ UInt64(view.height)
        for y in stride(from: 0, to: view.height, by: 7) {
            hash = SplitMix64.mixing(hash, UInt64(view.row(y).reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }))
        }
        fingerprint = hash
    }

    /// The background, or frame, that stands for `share`, 0 to 1.
    func background(_ share: Float) -> Int { Self.index(share, backgroundSums) }
    func frame(_ share: Float) -> Int { Self.index(share, frameSums) }

    private static func index(_ share: Float, _ sums: [Float]) -> Int {
        let wanted = share * (sums.last ?? 0)
        var (lower, upper) = (0, max(sums.count - 1, 0))
        while lower < upper {
            let middle = (lower + upper) / 2
            if sums[middle] > wanted { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
