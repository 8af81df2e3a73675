/// What is kept of a step while its gradient is taken from elsewhere.
final class Lookout: @unchecked Sendable {  // safe: workers use parts of their own, and wait between phases
    typealias Floats = UnsafeMutableBufferPointer<Float>

    /// As many as there are parameters: where they were, and the running statistics' sums.
    let kept: Floats
    private let (input, targets): (Floats, Floats)
    private let shards: Int

    /// - Parameters:
    ///   - input: floats of a shard.
    ///   - targets: floats of a shard.
    init(parameters: Int, input: Int, targets: Int, shards: Int) {
        func zeros(_ count: Int) -> Floats {
            let array = Floats.allocate(capacity: count)
            array.initialize(repeating: 0)
            return array
        }
        (kept, self.input, self.targets) = (zeros(parameters), zeros(input * shards), zeros(targets * shards))
        self.shards = shards
    }

    deinit { for array in [kept, input, targets] { array.deallocate() } }

    func keep(_ shard: Int, _ input: Floats, _ targets: Floats) {
        _ = part(shard, of: self.input).update(fromContentsOf: input)
        _ = part(shard, of: self.targets).update(fromContentsOf: targets)
    }

    func fill(_ shard: Int, _ input: Floats, _ targets: Floats) {
        _ = input.update(fromContentsOf: part(shard, of: self.input))
        _ = targets.update(fromContentsOf: part(shard, of: self.targets))
    }

    private func part(_ shard: Int, of all: Floats) -> Floats {
        let count = all.count / shards
        return Floats(rebasing: all[shard * count..<(shard + 1) * count])
    }
}
