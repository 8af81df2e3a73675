import Synchronization

/// Tells a run from outside to end in good order after the frame in hand. Any thread or signal handler may set it.
public final class StopFlag: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public var isSet: Bool { flag.load(ordering: .relaxed) }

    public func set() { flag.store(true, ordering: .relaxed) }
}
