import Mien
import MienImage
import MienVision

/// What is drawn of one face: it follows what is known of it, and never jumps.
struct FaceMark {
    let id: Int
    private(set) var region: Region
    private(set) var label: Expression
    private(set) var confidence: Double
    /// By the expressions' raw values.
    private(set) var bars: SIMD8<Double>
    /// 0 invisible, 1 in full.
    private(set) var opacity: Double
    private(set) var trail = Trail()
    /// The time of the last frame that had it.
    private(set) var seen: Double
    /// Where its label and its bars stand.
    var layout: FaceLayout

    /// Seconds in which 1/e of a change is left.
    private static let (boxConstant, barConstant, opacityConstant) = (0.04, 0.1, 0.12)

    /// `isSudden`: it is seen in full at once.
    init(_ face: Face, time: Double, layout: FaceLayout, isSudden: Bool) {
        (id, seen, self.layout) = (face.id, time, layout)
        (region, bars) = (Region(face.box), face.probabilities.bars)
        (label, confidence) = (face.smoothed.label, Double(face.smoothed.confidence))
        opacity = isSudden ? 1 : 0.4
        trail.add(Trail.Cell(label: label, confidence: face.smoothed.confidence), at: time)
    }

    /// Takes in a later frame.
    mutating func follow(_ face: Face, time: Double) {
        let seconds = max(0, time - seen)
        seen = time
        Easing(seconds: seconds, constant: Self.boxConstant).move(&region, to: Region(face.box))
        label = face.smoothed.label
        let easing = Easing(seconds: seconds, constant: Self.barConstant)
        easing.move(&confidence, to: Double(face.smoothed.confidence))
        easing.move(&bars, to: face.probabilities.bars)
        // A guess fades.
        Easing(seconds: seconds, constant: Self.opacityConstant).move(&opacity, to: face.detected ? 1 : 0.35)
        trail.add(Trail.Cell(label: label, confidence: face.smoothed.confidence), at: time)
    }
}

extension Probabilities {
    /// 0 to 1, whatever a network says.
    fileprivate var bars: SIMD8<Double> {
        var bars = SIMD8<Double>.zero
        for expression in Expression.allCases {
            let share = Double(self[expression])
            bars[expression.rawValue] = share.isFinite ? min(max(share, 0), 1) : 0
        }
        return bars
    }
}
