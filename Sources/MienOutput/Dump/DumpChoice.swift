import Mien
import MienVision

/// Which frames of a source are kept.
struct DumpChoice {
    private let options: DumpOptions
    private var nextTime = 0.0
    /// Of the frame before: each face's identity, and how it looks.
    private var faces: [Int: Expression] = [:]
    private var hasBegun = false

    init(_ options: DumpOptions) { self.options = options }

    /// Whether this frame is the next; to be asked of every frame in turn.
    mutating func takes(_ result: borrowing FrameResult) -> Bool {
        let isNext =
            switch options.choice {
            case .frames(let count): result.frame % count == 0
            case .seconds(let step): isDue(result.time, every: step)
            case .changes: isChange(result)
            }
        return isNext && (!options.wantsFaces || result.faces.contains(where: takes))
    }

    func takes(_ face: Face) -> Bool {
        Double(face.probabilities.confidence) >= options.confidence
            && options.labels?.contains(face.probabilities.label) ?? true
    }

    private mutating func isDue(_ time: Double, every step: Double) -> Bool {
        guard time >= nextTime - 1e-6 else { return false }
        // A gap in the recording is not made good.
        nextTime = ((time + 1e-6) / step).rounded(.down) * step + step
        return true
    }

    private mutating func isChange(_ result: borrowing FrameResult) -> Bool {
        let now = Dictionary(result.faces.map { ($0.id, $0.smoothed.label) }, uniquingKeysWith: { first, _ in first })
        defer { (faces, hasBegun) = (now, true) }
        return !hasBegun || now != faces
    }
}
