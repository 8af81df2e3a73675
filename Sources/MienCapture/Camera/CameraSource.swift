import Glibc
import Synchronization

/// Frames of a camera, for as long as they are wanted: the source outlives unplugging, stalls and broken streams.
///
/// Frames that a slow reader missed are left out, so that each one read is the newest. `read` returns false only once
/// `interruption` is raised. It throws only what no waiting can cure, such as a format that nothing can read.
public final class CameraSource: FrameSource {
    public struct Options: Sendable {
        public var wish = CameraWish()
        /// Controls to set, in that order, each time the camera is opened: names and values as the user wrote them.
        public var controls: [(name: String, value: String)] = []
        /// Seconds without a frame until the stream is started again.
        public var patience = 3.0

        public init() {}
    }

    /// How things stand; asked for by any thread.
    public struct Status: Sendable {
        /// The camera, where it was seen last.
        public fileprivate(set) var camera: CameraDevice
        /// How it streams, as the driver settled it.
        public fileprivate(set) var mode: CameraMode
        public fileprivate(set) var counters = CameraCounters()
    }

    /// The node that the camera had at first.
    public let name: String
    public var frameCount: Int? { nil }
    public var isLive: Bool { true }
    /// Raise it to end a read that waits, and all later ones.
    public let interruption: Interruption
    public var status: Status { published.withLock { $0 } }

    private enum State {
        case streaming(CameraStream)
        /// Unplugged: to be opened once it is back.
        case waiting
        /// Closed for a fault: to be opened again.
        case restarting
    }

    /// What has been reported since the last frame.
    private enum Trouble: Hashable {
        case unplugged, stalled
        case failed(CameraError.Code)
    }

    private let options: Options
    private let calls: any CameraCalls
    private let report: @Sendable (CameraEvent) -> Void
    private let published: Mutex<Status>
    /// The reading thread's own, of which others see `published`.
    private var camera: CameraDevice
    private var mode: CameraMode
    private var counters = CameraCounters()
    private var state: State
    private var reported: Set<Trouble> = []
    /// Faults since the last frame.
    private var faults = 0
    /// When the last frame came, or the first stream was opened.
    private var lastSign: Double
    /// When the stream counts as stalled.
    private var deadline: Double
    /// The stamp of the first frame, which is time 0.
    private var origin: Double?
    private var lastTime = 0.0
    private var keepsPictures = false

    /// Opens a camera and starts it: the one at a path, with a number, on a bus, with a part of the name, or the first.
    ///
    /// `report` is called by the thread that reads. Throws where there is no such camera, or it doesn't start.
    public convenience init(
        _ wanted: String? = nil, _ options: Options = Options(), interruption: Interruption = Interruption(),
        report: @escaping @Sendable (CameraEvent) -> Void
    ) throws(CameraError) {
        try self.init(wanted, options, interruption: interruption, calls: SystemCalls(), report: report)
    }

    package init(
        _ wanted: String?, _ options: Options, interruption: Interruption, calls: any CameraCalls,
        report: @escaping @Sendable (CameraEvent) -> Void
    ) throws(CameraError) {
        (self.options, self.interruption, self.calls, self.report) = (options, interruption, calls, report)
        camera = try CameraDevice.find(wanted, calls)
        let stream = try Self.startWithRetries(camera, options, interruption, calls)
        name = camera.path
        mode = stream.mode
        published = Mutex(Status(camera: camera, mode: mode))
        state = .streaming(stream)
        lastSign = calls.clock()
        deadline = lastSign + Self.patience(options, mode)
    }

    /// Faults that often pass, as webcams show some just after they were plugged in, get two more chances.
    private static func startWithRetries(
        _ camera: CameraDevice, _ options: Options, _ interruption: Interruption, _ calls: any CameraCalls
    ) throws(CameraError) -> CameraStream {
        for _ in 0..<2 {
            do throws(CameraError) {
                return try start(camera, options, interruption, calls)
            } catch {
                guard error.code == .failed else { throw error }
                _ = calls.poll(-1, interruption: interruption.descriptor, milliseconds: 300)
            }
        }
        return try start(camera, options, interruption, calls)
    }

    private static func start(
        _ camera: CameraDevice, _ options: Options, _ interruption: Interruption, _ calls: any CameraCalls
    ) throws(CameraError) -> CameraStream {
        let node = try VideoNode(camera.path, calls: calls)
        for (name, value) in options.controls { try node.set(name, to: value) }
        return try CameraStream(node, options.wish, interruption: interruption)
    }

    private static func patience(_ options: Options, _ mode: CameraMode) -> Double {
        max(options.patience, 5 * period(mode))
    }

    /// Seconds a frame.
    private static func period(_ mode: CameraMode) -> Double { 1 / max(mode.rate ?? 30, 0.1) }

    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        do throws(CameraError) {
            while !pause(0) {
                do throws(CameraError) {
                    guard case .streaming(let stream) = state else {
                        try reopen()
                        continue
                    }
                    let slice = max(0.2, 4 * Self.period(mode))
                    defer { publish() }
                    switch try stream.next(into: &frame, until: calls.clock() + slice, counting: &counters) {
                    case .frame:
                        finish(&frame)
                        return true
                    case .silence: try endure(stream)
                    case .interrupted: return false
                    }
                } catch {
                    try lose(error)
                }
            }
            return false
        } catch {
            throw CaptureError(error)
        }
    }

    public func keepPictures() throws(CaptureError) -> any PictureReader {
        keepsPictures = true
        if case .streaming(let stream) = state { stream.keepsPictures = true }
        return try LivePictures(name: name)
    }

    public func interrupt() { interruption.raise() }

    private func publish() {
        published.withLock { ($0.camera, $0.mode, $0.counters) = (camera, mode, counters) }
    }

    /// Waits, and says whether the end of it all was asked for.
    private func pause(_ seconds: Double) -> Bool {
        if case .interrupted = calls.poll(
            -1, interruption: interruption.descriptor, milliseconds: Int32(seconds * 1000))
        {
            return true
        }
        return false
    }

    /// Numbers and times a frame that the stream has delivered.
    private func finish(_ frame: inout Frame) {
        let start = origin ?? frame.captured
        // A driver's clock may jump; ours are to rise.
        let time = origin == nil ? 0 : max(frame.captured - start, lastTime + 1e-6)
        (origin, lastTime) = (start, time)
        frame.number = counters.delivered - 1
        frame.time = time
        frame.passedOver = counters.stale
        frame.lost = counters.lost + counters.flagged + counters.damaged

        let now = calls.clock()
        if !reported.isEmpty {
            report(.resumed(camera, seconds: now - lastSign))
            reported = []
        }
        faults = 0
        lastSign = now
        deadline = now + Self.patience(options, mode)
    }

    /// After a while without a frame: is the camera still there, and for how long do we bear it?
    private func endure(_ stream: CameraStream) throws(CameraError) {
        guard stream.isThere else { return unplugged() }
        guard calls.clock() >= deadline else { return }
        state = .restarting
        tell(.stalled, .stalled(camera, seconds: calls.clock() - lastSign))
    }

    /// Decides what a failure means.
    private func lose(_ error: CameraError) throws(CameraError) {
        switch error.code {
        case .unsupported: throw error
        case .disconnected, .notFound: unplugged()
        case .notPermitted, .busy, .noBandwidth, .failed:
            faults += 1
            let wasStreaming = if case .streaming = state { true } else { false }
            if wasStreaming { state = .restarting }
            // Just after it was plugged in, a camera is not ours for a moment, and other programs have a look at it.
            if wasStreaming || faults > 2 { tell(.failed(error.code), .failed(camera, error)) }
        }
    }

    private func unplugged() {
        state = .waiting
        tell(.unplugged, .disconnected(camera))
    }

    /// Reports an event unless one of its kind has been since the last frame.
    private func tell(_ trouble: Trouble, _ event: CameraEvent) {
        if reported.insert(trouble).inserted { report(event) }
    }

    /// Opens the camera again where it is there; waits a little beforehand.
    private func reopen() throws(CameraError) {
        let isWaiting = if case .waiting = state { true } else { false }
        let seconds = isWaiting ? 0.25 : 0
        // 0, 0.25, 0.5, 1, 2, 4, 4 ...
        let afterFaults = faults < 2 ? 0 : 0.125 * Double(1 << min(faults - 1, 5))
        if pause(max(seconds, afterFaults)) { return }
        guard let found = camera.found(calls) else { return unplugged() }
        camera = found
        let stream = try Self.start(camera, options, interruption, calls)
        stream.keepsPictures = keepsPictures
        mode = stream.mode
        state = .streaming(stream)
        deadline = calls.clock() + Self.patience(options, mode)
    }
}
