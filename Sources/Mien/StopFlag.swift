import Synchronization

/// Tells a run from outside to end in good order after the frame in hand. Any thread or signal handler may set it.
public final class StopFlag: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public var isSet: Bool { flag.load(ordering: .relaxed) }

    public func set() { flag.store(true, ordering: .relaxed) }
}

/// Holds a run over a live source, and lets it go on. Any thread may switch it.
public final class PauseFlag: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public var isSet: Bool { flag.load(ordering: .relaxed) }

    public func toggle() { flag.logicalXor(true, ordering: .relaxed) }
}
