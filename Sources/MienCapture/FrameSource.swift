public import MienImage

/// Where frames come from: a recording, photos, the demo, a camera, a pipe.
///
/// One thread at a time reads from a source.
public protocol FrameSource: AnyObject {
    /// What results name as their source: a file as the user wrote it, a device, "demo".
    var name: String { get }
    /// How many frames there are, where that is known beforehand: for progress only.
    var frameCount: Int? { get }
    /// What went wrong so far without ending the input, to be told at its end: one line, or nil.
    var warning: String? { get }

    /// Whether frames come at their own pace, and the newest one counts. Of other sources every frame counts.
    var isLive: Bool { get }

    /// Ends a live source's read that waits, and all later ones. From any thread.
    func interrupt()

    /// Fills `frame` with the next picture and returns true, or returns false at the end of the input.
    ///
    /// The memory of `frame` is used again, so that a loop over one frame allocates nothing.
    /// Throws where the input is broken; frames before the break have been delivered by then.
    func read(into frame: inout Frame) throws(CaptureError) -> Bool

    /// From now on, keeps what the pictures of the frames are made of, and gives what makes them. To be called before the
    /// first frame is read.
    func keepPictures() throws(CaptureError) -> any PictureReader
}

extension FrameSource {
    public var warning: String? { nil }
    public var isLive: Bool { false }
    public func interrupt() {}
    /// Luma alone, in grey.
    public func keepPictures() throws(CaptureError) -> any PictureReader { try LivePictures(name: name) }
}

/// One picture on its way through the pipeline. Moved, never copied.
public struct Frame: ~Copyable, Sendable {
    /// Counts from 0 within its source.
    public var number = 0
    /// Presentation time in seconds from the source's start.
    public var time = 0.0
    /// When a live source took the picture, by its own account, and when it came here: seconds on `CLOCK_MONOTONIC`, so
    /// that latency can be told. 0 for recordings.
    public var captured = 0.0
    public var arrival = 0.0
    /// Of a live source's frames so far: those passed over for newer ones, and those lost on the way, in the driver or
    /// to damage.
    public var passedOver = 0
    public var lost = 0
    /// Luma as displayed: upright, full range (black 0, white 255).
    public var luma = Plane()
    /// The picture as it came, where a live source was told to keep it.
    var stored = StoredPicture()
    /// To be set before a read: luma may be reduced, to no fewer pixels than so many. Sources needn't. Nil: it must not.
    public var enoughPixels: Int?
    /// How many pixels of the picture, each way, make one of `luma`.
    public package(set) var reduction = 1
    private var displayed: (width: Int, height: Int)?

    /// Size of the picture as displayed, in pixels.
    public var width: Int { displayed?.width ?? luma.width }
    public var height: Int { displayed?.height ?? luma.height }

    /// For sources: `luma` is reduced `reduction` times from a picture of that size; nil: it is the picture's.
    package mutating func setReduction(_ reduction: Int, of displayed: (width: Int, height: Int)?) {
        (self.reduction, self.displayed) = (reduction, displayed)
    }

    public init() {}
}
