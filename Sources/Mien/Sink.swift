import Glibc
public import MienCapture

/// Where results go: a file, a pipe, the terminal. Calls come one at a
/// time, in the order of the frames, from any of the threads that work.
public protocol Sink: AnyObject {
    /// Whether a run is of use as long as this sink takes results; false for one that only watches.
    var isReader: Bool { get }
    /// Whether its reader has gone, as far as can be told without writing. Such a sink gets nothing more.
    var isForsaken: Bool { get }
    /// Once, before the first result.
    func begin(_ run: RunDescription) throws(SinkError)
    /// Every frame, faces or not.
    func write(_ result: borrowing FrameResult) throws(SinkError)
    /// Once, after the last result, however the run ended: completes what the sink has written.
    func finish() throws(SinkError)
}

extension Sink {
    public var isReader: Bool { true }
    public var isForsaken: Bool { false }
}

/// A sink of the pictures, too.
public protocol PictureSink: Sink {
    /// Before the first frame of each source. `pictures` is what gives its pictures.
    func begin(_ source: any FrameSource, _ pictures: any PictureReader) throws(SinkError)
    /// Whether this frame's picture is wanted; asked of every frame before `write`.
    func wantsPicture(of result: borrowing FrameResult) -> Bool
    /// Every frame, faces or not. `picture` is nil where no sink wanted it; the sink may not draw on it or keep it, but may
    /// share it.
    func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError)
}

extension PictureSink {
    public func wantsPicture(of result: borrowing FrameResult) -> Bool { true }
    public func write(_ result: borrowing FrameResult) throws(SinkError) { try write(result, nil) }
}

/// What holds for a whole run.
public struct RunDescription: Sendable {
    /// The name of the network that gives the answers.
    public var model: String

    public init(model: String) { self.model = model }
}

/// Why results can't be written. The message says what, where, why and what to do.
public struct SinkError: Error, CustomStringConvertible, Sendable {
    /// The reader of a pipe has gone: an orderly end, no failure.
    public let isClosedPipe: Bool
    /// There is no room left, for other files neither.
    public let isDiskFull: Bool
    /// It was the system that refused: another time it may not.
    public let isSystem: Bool
    public let description: String

    public init(
        _ description: String, isClosedPipe: Bool = false, isDiskFull: Bool = false, isSystem: Bool = false
    ) {
        (self.isClosedPipe, self.isDiskFull, self.isSystem) = (isClosedPipe, isDiskFull, isSystem)
        self.description = description
    }

    /// A system call failed, and left this number in errno. `reason`: what is known of it; nil: what the number means.
    public init(_ description: String, code: Int32, reason: String? = nil) {
        let advice =
            switch code {
            case ENOSPC, EDQUOT: " (free some space, or write elsewhere)"
            case EFBIG: " (raise the limit, ulimit -f, or write to a file system that takes larger files)"
            default: ""
            }
        self.init(
            "\(description): \(reason ?? String(cString: strerror(code)))\(advice)", isClosedPipe: code == EPIPE,
            isDiskFull: !advice.isEmpty, isSystem: true)
    }
}
