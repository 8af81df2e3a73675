import Glibc
import Mien
import Synchronization
import Testing

/// Plays the demo's pictures as a camera would: at its own pace, and for as long as they are wanted.
private final class Feed: FrameSource, Sendable {
    let name = "feed"
    let frameCount: Int? = nil
    let isLive = true
    let number = Atomic(0)
    private let frames: Int
    private let pause: UInt32
    private let demo = DemoRendering()
    private let isInterrupted = Atomic(false)

    /// `frames` pictures, `pause` microseconds apart. It says that with each of them it passed over five and lost four.
    init(frames: Int = .max, pause: UInt32 = 2000) { (self.frames, self.pause) = (frames, pause) }

    func interrupt() { isInterrupted.store(true, ordering: .relaxed) }

    func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        usleep(pause)
        let index = number.add(1, ordering: .relaxed).oldValue
        guard index < frames, !isInterrupted.load(ordering: .relaxed) else { return false }
        try demo.read(index, into: &frame)
        (frame.captured, frame.passedOver, frame.lost) = (Double(index), 5 * index, 4 * index)
        return true
    }
}

/// The demo's picture of any number.
private struct DemoRendering: Sendable {
    func read(_ number: Int, into frame: inout Frame) throws(CaptureError) {
        var options = DemoSource.Options()
        (options.width, options.height) = (160, 120)
        _ = try DemoSource(options).read(into: &frame)
        (frame.number, frame.time) = (number, Double(number) / 30)
    }
}

/// Remembers what it was told, for any thread to ask.
private final class Notes: Sink, Sendable {
    let results = Mutex<[FrameResult]>([])
    let hasLeft = Atomic(false)

    var isForsaken: Bool { hasLeft.load(ordering: .relaxed) }
    var count: Int { results.withLock(\.count) }
    func begin(_ run: RunDescription) {}
    func write(_ result: borrowing FrameResult) {
        let result = copy result
        results.withLock { $0.append(result) }
    }
    func finish() {}
}

struct LiveTests {
    /// Runs the feed on a thread of its own while `body` looks on; then stops it.
    private func summary(
        _ feed: Feed, _ sink: Notes, pause: PauseFlag? = nil, while body: () -> Void
    ) throws -> RunSummary {
        let stop = StopFlag()
        nonisolated(unsafe) let run = try Run(Pipeline(), into: [sink], stop: stop, pause: pause)  // safe: the worker's
        let failure = Mutex<PipelineError?>(nil)
        let worker = try #require(
            Worker { do throws(PipelineError) { try run.process(feed) } catch { failure.withLock { $0 = error } } })
        body()
        stop.set()
        worker.join()
        if let failure = failure.withLock(\.self) { throw failure }
        return try run.finish()
    }

    /// Waits for what is to come, ten seconds at most.
    private func until(_ isDone: () -> Bool) {
        for _ in 0..<10_000 where !isDone() { usleep(1000) }
        #expect(isDone())
    }

    @Test("The first answer is a true one: the first picture is scanned before anything is said of it")
    func firstScan() throws {
        let sink = Notes()
        _ = try summary(Feed(), sink) { until { sink.count >= 3 } }
        #expect(sink.results.withLock { $0.prefix(3).allSatisfy { $0.faces.count == 1 } })
    }

    @Test("Every frame is accounted for: looked at, dropped for a newer one, or lost")
    func figures() throws {
        let (feed, sink) = (Feed(frames: 40), Notes())
        let summary = try summary(feed, sink) { until { sink.results.withLock { $0.last?.frame == 39 } } }
        let results = sink.results.withLock(\.self)
        for (index, result) in results.enumerated() {
            let live = try #require(result.live)
            #expect((live.captured, live.lost) == (Double(result.frame), 4 * result.frame))
            #expect(index + live.dropped == 6 * result.frame)
        }
        #expect((summary.frames + summary.dropped, summary.lost) == (40 + 5 * 39, 4 * 39))
    }

    @Test("A pause passes frames over without counting them, and the next frame after it is a new one")
    func pause() throws {
        let (feed, sink, pause) = (Feed(), Notes(), PauseFlag())
        var (before, after) = (0, 0)
        _ = try summary(feed, sink, pause: pause) {
            until { sink.count >= 2 }
            pause.toggle()
            usleep(200_000)  // the frame in hand
            before = sink.count
            let number = feed.number.load(ordering: .relaxed)
            until { feed.number.load(ordering: .relaxed) >= number + 20 }
            after = sink.count
            pause.toggle()
            until { sink.count >= before + 2 }
        }
        #expect(before == after)
        let next = sink.results.withLock { $0[before] }
        #expect(next.frame >= sink.results.withLock { $0[before - 1].frame } + 20)
        // Of the frames passed over meanwhile few count as dropped: those before and after the pause.
        #expect(try #require(next.live).dropped < 6 * next.frame - 15)
    }

    @Test("A run ends when its reader has gone, though no frame comes to write")
    func forsaken() throws {
        let (feed, sink) = (Feed(frames: 1, pause: 1000), Notes())
        let endless = Feed(pause: 500_000)
        sink.hasLeft.store(true, ordering: .relaxed)
        let run = try Run(Pipeline(), into: [sink])
        try run.process(endless)
        #expect(run.isOver && sink.count == 0)
        try run.process(feed)
        #expect(try run.finish().frames == 0)
    }
}
