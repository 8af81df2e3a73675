public import MienVision

/// How far a network's labels depend on where exactly a face's box lies: the box is moved or made larger or smaller, and
/// labels that differ from those of the box as it was are counted.
public struct Steadiness: Sendable {
    /// A box in widths of the right one: how far its middle is off, and how wide it is.
    public struct Box: Sendable, Equatable {
        public var name: String
        public var right = 0.0
        public var down = 0.0
        public var size = 1.0
    }

    /// A tenth of the width off, in each direction, and a tenth smaller and larger.
    public static let boxes = [
        Box(name: "left", right: -0.1), Box(name: "right", right: 0.1), Box(name: "up", down: -0.1),
        Box(name: "down", down: 0.1), Box(name: "smaller", size: 0.9), Box(name: "larger", size: 1.1),
    ]

    /// Of each of `boxes`, the share of pictures with another label, from 0 to 1.
    public private(set) var changed: [Double] = []
    public private(set) var count = 0

    /// - Parameter answers: those to `pictures` as they are. What lies outside of a picture is the pixel at its edge.
    public init(
        of network: ExpressionModel, answers: [Probabilities], pictures: PictureSet, threads: Int
    ) throws(VisionError) {
        count = pictures.count
        for box in Self.boxes {
            let other = try Evaluation.answers(of: network, to: pictures.seen(in: box), threads: threads)
            let different = zip(answers, other).count { $0.label != $1.label }
            changed.append(Double(different) / Double(max(count, 1)))
        }
    }

    /// Of all boxes together.
    public var mean: Double { changed.reduce(0, +) / Double(max(changed.count, 1)) }

    /// For people.
    public var table: String {
        let rows = zip(Self.boxes, changed).map { box, share in
            "  \(box.name)\(String(repeating: " ", count: 10 - box.name.count))\(Evaluation.fixed(100 * share, 1)) %"
        }
        return
            (["labels that change when the box is a tenth off:"] + rows
            + ["  all       \(Evaluation.fixed(100 * mean, 1)) %"]).joined(separator: "\n")
    }

    /// A JSON object: the share of each box, and of all.
    public var json: String {
        let members = zip(Self.boxes.map(\.name) + ["all"], changed + [mean]).map {
            "\"\($0)\":\(($1 * 1e6).rounded() / 1e6)"
        }
        return "{\(members.joined(separator: ","))}"
    }
}
