import Mien
import MienVision

/// When an expression was strongest.
struct Moment {
    var expression: Expression
    var face: Int
    var time: Double
    var confidence: Float
    /// A JPEG file; nil where there is none.
    var picture: [UInt8]?
}

/// The strongest moment of each expression so far.
struct Moments {
    private var all = [Moment?](repeating: nil, count: Expression.allCases.count)

    subscript(expression: Expression) -> Moment? { all[expression.rawValue] }

    /// Whether a frame has a moment that is stronger than all before.
    func areSurpassed(by result: borrowing FrameResult) -> Bool {
        for index in result.faces.indices where isStronger(result.faces[index]) { return true }
        return false
    }

    /// `picture` is to give the face's.
    mutating func add(_ result: borrowing FrameResult, picture: (Face) -> [UInt8]?) {
        for index in result.faces.indices {
            let face = result.faces[index]
            guard isStronger(face) else { continue }
            all[face.smoothed.label.rawValue] = Moment(
                expression: face.smoothed.label, face: face.id, time: result.time,
                confidence: face.smoothed.confidence, picture: picture(face))
        }
    }

    /// By as much as can be told: a slow rise shall not cost a picture with each frame.
    private func isStronger(_ face: Face) -> Bool {
        // Where the face is only guessed at, there is nothing to see.
        guard face.detected else { return false }
        return all[face.smoothed.label.rawValue].map { face.smoothed.confidence >= $0.confidence + 0.01 } ?? true
    }
}
