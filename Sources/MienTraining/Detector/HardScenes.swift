import MienNN

/// The backgrounds in which most was taken for a face that is none: they are shown again.
struct HardScenes: Equatable {
    /// Numbers of backgrounds and the scores of the worst place, the worst first.
    private(set) var all: [(number: UInt64, score: Float)] = []

    /// More are never kept.
    static let most = 2048
    /// From here on it is worth another look.
    static let threshold: Float = 0.15
    /// Of a batch, once there are enough to choose from.
    static let share: Float = 0.25
    private static let enough = 64

    /// A background to show again; nil: a new one.
    func choose(_ chance: inout SplitMix64) -> UInt64? {
        let isNew = chance.uniform() >= Self.share
        let index = chance.integer(in: 0...max(all.count - 1, 0))
        return isNew || all.count < Self.enough ? nil : all[index].number
    }

    /// Notes how high the highest false score was that a background got.
    mutating func note(_ number: UInt64, score: Float) {
        all.removeAll { $0.number == number }
        guard score >= Self.threshold else { return }
        let place = all.firstIndex { $0.score < score } ?? all.count
        guard place < Self.most else { return }
        all.insert((number, score), at: place)
        if all.count > Self.most { all.removeLast() }
    }

    /// To be kept in a checkpoint.
    var words: [UInt64] {
        get { all.flatMap { [$0.number, UInt64($0.score.bitPattern)] } }
        set {
            all = stride(from: 0, to: newValue.count - 1, by: 2).map {
                (newValue[$0], Float(bitPattern: UInt32(truncatingIfNeeded: newValue[$0 + 1])))
            }
        }
    }

    static func == (first: Self, second: Self) -> Bool { first.words == second.words }
}
