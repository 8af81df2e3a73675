/// The steps that every frame goes through, in their order.
public enum Stage: Int, CaseIterable, Sendable {
    /// Reading the source, decoding.
    case decode
    /// Scanning and following.
    case detect
    /// Cropping and the network.
    case classify
    /// Making colour pictures, for sinks that want them.
    case picture
    /// The sinks.
    case write
}

/// How often each stage did its work, and the processor time it took, added up over all threads.
///
/// Processor time, since a thread that waits for the disk or for its turn does no work, and since clocks on the wall go
/// on while other programs have the processor.
public struct StageTimes: Sendable {
    public struct Total: Sendable {
        /// Frames, or for `.classify` faces.
        public var items = 0
        public var seconds = 0.0
    }

    private var totals = [Total](repeating: Total(), count: Stage.allCases.count)

    public init() {}

    public package(set) subscript(stage: Stage) -> Total {
        get { totals[stage.rawValue] }
        set { totals[stage.rawValue] = newValue }
    }

    /// Runs `body` and adds the time that it takes.
    mutating func measure<Result, Failure: Error>(
        _ stage: Stage, items: Int = 1, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let begun = threadNanoseconds()
        defer { add(items, since: begun, to: stage) }
        return try body()
    }

    /// Adds the time since `begun`, on the thread that took it.
    mutating func add(_ items: Int, since begun: Int, to stage: Stage) {
        totals[stage.rawValue].items += items
        totals[stage.rawValue].seconds += Double(threadNanoseconds() - begun) * 1e-9
    }

    public mutating func add(_ other: StageTimes) {
        for (index, total) in other.totals.enumerated() {
            totals[index].items += total.items
            totals[index].seconds += total.seconds
        }
    }
}
