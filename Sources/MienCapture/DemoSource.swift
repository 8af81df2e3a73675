import Glibc
public import MienImage

/// A source that needs neither camera nor file: a face that drifts over a moving background and goes from one
/// expression to the next.
///
/// The faces are means of a hundred pictures each (see scripts/demo-faces), nobody's portrait. A frame is a function of its
/// number, the size and the rate alone, so that every run shows the same.
public final class DemoSource: FrameSource {
    public struct Options: Sendable {
        /// Of the picture, in pixels: 64 to 8192.
        public var width = 640
        public var height = 360
        /// Frames a second.
        public var rate = 30.0
        /// The end, in frames or seconds; endless where both are nil, the earlier where both are given.
        public var frames: Int?
        public var seconds: Double?
        /// Frames come at their times, as from a camera; otherwise as fast as they are read.
        public var paced = false

        public init() {}
    }

    /// The expressions in the order in which they are shown, over and over.
    public static let expressions = ["angry", "fear", "happy", "neutral", "sad", "surprise"]

    public let name = "demo"
    public var isLive: Bool { options.paced }
    public let frameCount: Int?
    private let options: Options
    private let renderer: DemoRenderer
    private var next = 0
    private var start: timespec?

    /// Throws where the options make no picture.
    public init(_ options: Options = Options()) throws(CaptureError) {
        let sizes = 64...8192
        guard sizes.contains(options.width), sizes.contains(options.height) else {
            throw CaptureError(
                .unsupported, "demo: no picture of \(options.width)x\(options.height): 64 to 8192 pixels a side, please"
            )
        }
        guard options.rate > 0, options.rate <= 1000 else {
            throw CaptureError(.unsupported, "demo: no rate of \(options.rate): up to 1000 frames a second, please")
        }
        guard (options.frames ?? 0) >= 0, (0...1e9).contains(options.seconds ?? 0) else {
            throw CaptureError(.unsupported, "demo: the number of frames or seconds must be 0 or more")
        }
        self.options = options
        // A frame whose time is the bound itself lies outside; the tolerance is for rates like 0.1.
        let bySeconds = options.seconds.map { Int(($0 * options.rate - 1e-6).rounded(.up)) }
        frameCount = [options.frames, bySeconds].compactMap(\.self).min()
        renderer = DemoRenderer(width: options.width, height: options.height)
    }

    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        if let frameCount, next >= frameCount { return false }
        let time = Double(next) / options.rate
        if options.paced {
            wait(until: time)
            frame.captured = SystemCalls().clock()
        }
        renderer.render(time: time, into: &frame.luma)
        frame.number = next
        frame.time = time
        if options.paced { frame.arrival = SystemCalls().clock() }
        next += 1
        return true
    }

    /// What frame `number` shows; nil where the face goes from one expression to the next.
    public func expression(at number: Int) -> String? {
        let phase = DemoRenderer.phase(at: Double(max(0, number)) / options.rate)
        return phase.share == 0 ? Self.expressions[phase.from] : nil
    }

    /// Where the face is in frame `number`, to the nearest pixel.
    public func box(at number: Int) -> Box {
        let box = DemoRenderer.box(at: Double(number) / options.rate, width: options.width, height: options.height)
        let size = Int(box.size.rounded())
        return Box(x: Int(box.left.rounded()), y: Int(box.top.rounded()), width: size, height: size)
    }

    /// Sleeps until `time` seconds after the first frame.
    private func wait(until time: Double) {
        guard var due = start else {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            start = now
            return
        }
        let nanoseconds = due.tv_nsec + Int(time.truncatingRemainder(dividingBy: 1) * 1e9)
        due.tv_sec += Int(time) + nanoseconds / 1_000_000_000
        due.tv_nsec = nanoseconds % 1_000_000_000
        // An interrupted sleep ends early on purpose: a signal is to be acted on at once.
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil)
    }
}
