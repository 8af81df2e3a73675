import Glibc

/// Ends a wait for frames from outside: from another thread, or from a handler of signals.
public final class Interruption: Sendable {
    /// The end of a pipe, readable for good once raised. -1 where the system has no more of them; a wait then ends at
    /// the next frame.
    let descriptor: Int32
    private let trigger: Int32

    public init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        }
        (descriptor, trigger) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(trigger)
    }

    /// Makes reads that wait return at once, and later ones not wait. May be called from anywhere, any number of times.
    public func raise() { _ = write(trigger, "!", 1) }
}
