import Mien
import MienVision

/// When an expression was strongest.
struct Moment {
    var expression: Expression
    var face: Int
    var time: Double
    var confidence: Float
}

/// The strongest moment of each expression so far.
struct Moments {
    private var all = [Moment?](repeating: nil, count: Expression.allCases.count)

    subscript(expression: Expression) -> Moment? { all[expression.rawValue] }

    mutating func add(_ result: borrowing FrameResult) {
        for index in result.faces.indices {
            let face = result.faces[index]
            guard let moment = better(face, at: result.time) else { continue }
            all[moment.expression.rawValue] = moment
        }
    }

    /// A moment that is stronger than all before; nil where it isn't.
    private func better(_ face: Face, at time: Double) -> Moment? {
        let (label, confidence) = (face.smoothed.label, face.smoothed.confidence)
        // Where the face is only guessed at, there is nothing to see.
        guard face.detected, confidence > all[label.rawValue]?.confidence ?? 0 else { return nil }
        return Moment(expression: label, face: face.id, time: time, confidence: confidence)
    }
}
