public import MienImage
public import MienVision

/// All that is known about one frame.
public struct FrameResult: Sendable {
    /// The source's name.
    public var source: String
    /// Counts from 0 within its source.
    public var frame: Int
    /// Presentation time in seconds.
    public var time: Double
    /// Size of the picture as displayed, in pixels.
    public var width: Int
    public var height: Int
    public var faces: [Face]
    /// Of a live source, otherwise nil.
    public var live: LiveFigures?

    public init(
        source: String, frame: Int, time: Double, width: Int, height: Int, faces: [Face],
        live: LiveFigures? = nil
    ) {
        self.source = source
        self.frame = frame
        self.time = time
        self.width = width
        self.height = height
        self.faces = faces
        self.live = live
    }
}

/// How timely a live source's frame was looked at.
public struct LiveFigures: Hashable, Sendable {
    /// When the source took the picture: seconds on `CLOCK_MONOTONIC`.
    public var captured: Double
    /// Frames of the source so far that were passed over for newer ones.
    public var dropped: Int
    /// Frames of the source so far that were lost before they came here: in the driver, or to damage.
    public var lost: Int

    public init(captured: Double, dropped: Int, lost: Int) {
        self.captured = captured
        self.dropped = dropped
        self.lost = lost
    }
}

/// One face in one frame.
public struct Face: Sendable {
    public var id: Int
    /// In pixels of the picture as displayed.
    public var box: Box
    /// What the network says of this frame alone.
    public var probabilities: Probabilities
    /// The steady answer over the face's recent frames.
    public var smoothed: Smoothed
    /// False where the face was not seen in this frame and its box is a guess.
    public var detected: Bool

    public init(id: Int, box: Box, probabilities: Probabilities, smoothed: Smoothed, detected: Bool) {
        self.id = id
        self.box = box
        self.probabilities = probabilities
        self.smoothed = smoothed
        self.detected = detected
    }
}
