import MienVision

/// What of the faces in some pictures was found, and what was found that is none.
public struct DetectionScore: Sendable {
    /// Of the faces' sides, in pixels of the picture as it was looked at: the limits between the sizes told apart.
    public static let sizes: [Float] = [12, 16, 24, 40, 80]

    /// Faces there are, and those found, by size.
    public private(set) var wanted = [Int](repeating: 0, count: sizes.count + 1)
    public private(set) var found = [Int](repeating: 0, count: sizes.count + 1)
    public private(set) var falseFaces = 0
    public private(set) var pictures = 0
    /// Mean absolute error of the roll of those found, in degrees.
    public var rollError: Double { rollSum / Double(max(found.reduce(0, +), 1)) }
    private var rollSum = 0.0

    public init() {}

    public var recall: Double { Double(found.reduce(0, +)) / Double(max(wanted.reduce(0, +), 1)) }

    /// A face is found if the best match that isn't another's has an intersection over union of 0.3, or a middle inside a
    /// third of its side and a side within twice of its own: boxes of other data sets frame more or less of a head. What
    /// matches an ignored one counts as nothing.
    static func matches(_ found: FacePlace, _ wanted: FacePlace) -> Bool {
        if found.overlap(with: wanted) >= 0.3 { return true }
        let reach = wanted.side / 3
        return abs(found.x - wanted.x) <= reach && abs(found.y - wanted.y) <= reach
            && found.side <= 2 * wanted.side && wanted.side <= 2 * found.side
    }

    /// - Parameter faces: the best first.
    mutating func add(_ faces: [DetectedFace], wanted: [FacePlace], ignored: [FacePlace] = []) {
        pictures += 1
        var rest = Array(wanted.indices)
        for place in wanted { self.wanted[Self.size(of: place)] += 1 }
        for face in faces {
            let best = rest.filter { Self.matches(face.place, wanted[$0]) }
                .max { face.place.overlap(with: wanted[$0]) < face.place.overlap(with: wanted[$1]) }
            if let best {
                rest.removeAll { $0 == best }
                self.found[Self.size(of: wanted[best])] += 1
                let turn = abs(face.place.roll - wanted[best].roll)
                rollSum += Double(min(turn, 360 - turn))
            } else if !(ignored + wanted).contains(where: { Self.matches(face.place, $0) }) {
                falseFaces += 1
            }
        }
    }

    private static func size(of place: FacePlace) -> Int { sizes.firstIndex { place.side < $0 } ?? sizes.count }
}
