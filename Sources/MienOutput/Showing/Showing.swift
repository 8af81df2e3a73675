import Glibc
import Mien
import MienCapture
import Synchronization

/// A thread that shows the pipeline's pictures, and how they come to it.
///
/// A live pipeline never waits for it: the newest picture is shown, and others are passed over. Recordings and their like
/// are held up, so that they are shown at their own pace.
final class Showing: Sendable {
    private let stop: StopFlag
    private let pause: PauseFlag
    private let newest: NewestPicture
    private let isClosed = Atomic(false)
    private let hasEnded = Monitor(false)
    private let state = Mutex(State())

    private struct State {
        var worker: Worker?
        var isLive = false
        var pace = Pace()
    }

    init(_ settings: ShowingSettings) throws(CaptureError) {
        (stop, pause) = (settings.stop, settings.pause)
        newest = try NewestPicture()
    }

    /// Whether pictures are still of use.
    var isOpen: Bool { !isClosed.load(ordering: .relaxed) }

    /// Nothing more is shown. From any thread.
    func close() { isClosed.store(true, ordering: .relaxed) }

    /// What follows comes from `source`. The first time `body` is run on a thread of its own; when it ends, what it showed
    /// is closed.
    func begin(_ source: any FrameSource, _ body: @escaping @Sendable () -> Void) {
        let isLive = source.isLive
        state.withLock {
            ($0.isLive, $0.pace) = (isLive, Pace())
            if $0.worker != nil { return }
            $0.worker = Worker {
                body()
                self.close()
                self.hasEnded.change { $0 = true }
            }
        }
    }

    /// Hands a picture over, and waits as long as a recording's is to be seen.
    func put(_ result: borrowing FrameResult, _ picture: Picture?) throws(CaptureError) {
        guard isOpen, let picture else { return }
        try newest.put(result, picture)
        guard state.withLock({ !$0.isLive }) else { return }
        let time = result.time
        while isOpen, !stop.isSet {
            let isPaused = pause.isSet
            guard let seconds = state.withLock({ $0.pace.wait(until: time, isPaused: isPaused) }) else { return }
            usleep(UInt32(seconds * 1e6))
        }
    }

    /// For the thread: as `NewestPicture`.
    func take(into shot: inout NewestPicture.Shot, seconds: Double) -> NewestPicture.Arrival? {
        isOpen ? newest.take(into: &shot, seconds: seconds) : .over
    }

    /// Nothing more is shown, and the thread is not waited for: it will never end.
    func abandon() {
        close()
        state.withLock { $0.worker.take() }?.detach()
    }

    /// There is nothing more to show. Waits until the thread has ended; false where it hasn't in so many seconds, and then
    /// it is left.
    @discardableResult
    func end(within seconds: Double? = nil) -> Bool {
        newest.end()
        guard let worker = state.withLock({ $0.worker.take() }) else { return true }
        let isOver = seconds.map { hasEnded.wait(seconds: $0) { $0 ? true : nil } ?? false } ?? true
        if isOver { worker.join() } else { worker.detach() }
        return isOver
    }
}

/// When a recording's pictures are due, so that it runs as it was taken.
private struct Pace {
    /// On the monotonic clock: when time 0 was, or would have been. nil before the first picture.
    private var start: Double?

    /// Seconds to sleep before asking again; nil when the picture of `time` has had its moment.
    mutating func wait(until time: Double, isPaused: Bool) -> Double? {
        let now = SystemCalls().clock()
        // What comes late doesn't make the rest hurry.
        let due = max((start ?? now - time) + time, isPaused ? now + 0.02 : now)
        start = due - time
        return due > now ? min(due - now, 0.02) : nil
    }
}
