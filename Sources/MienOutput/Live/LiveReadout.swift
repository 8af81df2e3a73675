import Glibc
public import Mien
import MienCapture
import Synchronization

/// A block on a terminal that is redrawn in place: who is seen, how each looks, and how the run goes. Takes keys, too.
///
/// The pipeline hands results over and goes on: a thread of this readout's own draws the newest, so that a slow terminal
/// never makes the pipeline lag.
public final class LiveReadout: Sink, Sendable {
    /// What the keys work on.
    public struct Controls: Sendable {
        var stop: StopFlag
        var pause: PauseFlag
        var recorder: ResultRecorder
        /// Tells the user something that is to outlast the readout.
        var tell: @Sendable (String) -> Void

        public init(
            stop: StopFlag, pause: PauseFlag, recorder: ResultRecorder, tell: @escaping @Sendable (String) -> Void
        ) {
            (self.stop, self.pause, self.recorder, self.tell) = (stop, pause, recorder, tell)
        }
    }

    private struct Shared {
        var state: LiveState
        /// Whether the state has changed since it was drawn.
        var isDue = true
        var isEnding = false
        var isClosed = false
    }

    private let shared: Mutex<Shared>
    private let controls: Controls
    private let preview: Preview?
    private let drawing: Mutex<Worker?>

    /// Times a second that the screen is drawn at most.
    private static let rate = 15.0

    /// Takes over the terminal that standard output is. Nil where it is none that can be drawn on; see `Terminal`.
    ///
    /// - Parameters:
    ///   - title: what is looked at.
    ///   - preview: pictures to show, too.
    public init?(title: String, controls: Controls, preview: Preview? = nil) {
        guard let terminal = Terminal(of: STDOUT_FILENO) else { return nil }
        shared = Mutex(Shared(state: LiveState(title: title)))
        (self.controls, self.preview) = (controls, preview)
        drawing = Mutex(nil)
        SuspensionFlag.watch()
        nonisolated(unsafe) let screen = terminal  // safe: the drawing thread alone uses it from here on
        let worker = Worker { [self] in draw(on: screen) }
        guard let worker else { return nil }
        drawing.withLock { $0 = worker }
    }

    public var isForsaken: Bool { shared.withLock { $0.isClosed } }

    public func begin(_ run: RunDescription) {}

    public func write(_ result: borrowing FrameResult) {
        let now = SystemCalls().clock()
        shared.withLock {
            $0.state.add(result, now: now)
            $0.isDue = true
        }
    }

    /// Gives the terminal back.
    public func finish() {
        shared.withLock { $0.isEnding = true }
        drawing.withLock { worker in
            worker?.join()
            worker = nil
        }
    }

    /// Shows a message below the faces. From any thread.
    public func say(_ message: String) {
        shared.withLock {
            $0.state.add(message: message)
            $0.isDue = true
        }
    }

    // MARK: The drawing thread

    private func draw(on terminal: Terminal) {
        terminal.enter()
        let start = SystemCalls().clock()
        var (size, second) = (terminal.size, 0)
        let painter = makePainter(terminal)
        var layout: ReadoutLayout?
        var pictureIsDue = false
        var processor = ProcessorShare()
        var keys = KeyReader()
        while !shared.withLock({ $0.isEnding }) {
            for key in keys.pressed(terminal.keys(seconds: 1 / Self.rate)) { press(key) }
            if SuspensionFlag.takeStop() { suspend(terminal) }
            if SuspensionFlag.takeContinuation() { terminal.leave() }
            if !terminal.isOnScreen {
                guard terminal.isForeground else { continue }
                terminal.enter()
                layout = nil
                shared.withLock { $0.isDue = true }
            }
            if let news = controls.recorder.takeNews() { controls.tell(news) }
            if terminal.isClosed { shared.withLock { $0.isClosed = true } }

            let now = SystemCalls().clock()
            if terminal.size != size || Int(now - start) != second { shared.withLock { $0.isDue = true } }
            (size, second) = (terminal.size, Int(now - start))
            if take(painter) {
                pictureIsDue = true
                shared.withLock { $0.isDue = true }
            }
            guard terminal.isReady else { continue }
            processor.update(now: now)
            let state: LiveState? = shared.withLock {
                guard $0.isDue else { return nil }
                $0.state.elapsed = now - start
                $0.state.processorShare = processor.share
                $0.state.isPaused = controls.pause.isSet
                $0.state.recording = controls.recorder.status
                $0.isDue = false
                return $0.state
            }
            guard let state else { continue }
            let places = ReadoutLayout(columns: size.columns, rows: size.rows, hasPicture: painter != nil)
            if places != layout {
                if let painter { terminal.clear(painter.removal) }
                (layout, pictureIsDue) = (places, true)
            }
            var picture = places.picture == nil ? nil : Text()
            if pictureIsDue, let area = places.picture { picture = paint(painter, area, terminal.cell) }
            pictureIsDue = false
            let view = LiveView(
                columns: places.lines.columns, rows: places.lines.rows, abilities: terminal.abilities)
            terminal.draw(
                view.lines(of: state, now: now), top: places.lines.row, isBeside: places.isBeside, picture: picture)
        }
        if let painter { terminal.clear(painter.removal) }
        terminal.leave()
    }

    // MARK: The picture

    private func makePainter(_ terminal: Terminal) -> PreviewPainter? {
        do throws(SinkError) {
            return try preview?.painter(for: terminal)
        } catch {
            say("\(error)")
            return nil
        }
    }

    private func take(_ painter: PreviewPainter?) -> Bool {
        do throws(CaptureError) { return try painter?.isDue() ?? false } catch {
            say("no preview: \(error)")
            return false
        }
    }

    private func paint(
        _ painter: PreviewPainter?, _ area: PreviewPainter.Area, _ cell: (width: Int, height: Int)
    ) -> Text {
        do throws(CaptureError) { return try painter?.bytes(in: area, cell: cell) ?? Text() } catch {
            say("no preview: \(error)")
            return Text()
        }
    }

    private func press(_ key: UInt8) {
        switch key {
        case UInt8(ascii: "q"), UInt8(ascii: "Q"): controls.stop.set()
        case UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: " "): controls.pause.toggle()
        case UInt8(ascii: "r"), UInt8(ascii: "R"): if let news = controls.recorder.toggle() { controls.tell(news) }
        default: return
        }
        shared.withLock { $0.isDue = true }
    }

    /// Gives the terminal back, stops as Ctrl-Z asks, and goes on when the shell says so.
    private func suspend(_ terminal: Terminal) {
        terminal.leave()
        SuspensionFlag.stopProcess()
    }
}

/// The program's share of one core, over the last seconds.
private struct ProcessorShare {
    private(set) var share = 0.0
    private var last = (clock: SystemCalls().clock(), used: Self.used())

    mutating func update(now: Double) {
        guard now - last.clock >= 1 else { return }
        let used = Self.used()
        share = (used - last.used) / (now - last.clock)
        last = (now, used)
    }

    /// Seconds of processor time, of all threads.
    private static func used() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Whether the shell has asked the program to stop for a while, or to go on.
private enum SuspensionFlag {
    private static let stop = Atomic(false)
    private static let continuation = Atomic(false)

    static func watch() {
        // Made now: a signal handler must not be the one that does it.
        _ = (takeStop(), takeContinuation())
        watchStop()
        signal(SIGCONT) { _ in SuspensionFlag.continuation.store(true, ordering: .relaxed) }
        unblockSignals([SIGTSTP, SIGCONT])
    }

    private static func watchStop() {
        signal(SIGTSTP) { _ in SuspensionFlag.stop.store(true, ordering: .relaxed) }
    }

    /// Stops as if nobody had watched: not at all where no shell could make the process go on. (SIGSTOP would, for ever.)
    static func stopProcess() {
        signal(SIGTSTP, SIG_DFL)
        // To this thread: of a signal to the process another might take care, while this one draws on.
        raise(SIGTSTP)
        watchStop()
    }

    static func takeStop() -> Bool { stop.exchange(false, ordering: .relaxed) }
    static func takeContinuation() -> Bool { continuation.exchange(false, ordering: .relaxed) }
}
