public import MienVision

/// What a dump takes of a source, and how it keeps that.
public struct DumpOptions: Sendable {
    /// Which frames.
    public enum Choice: Hashable, Sendable {
        /// Every so many, beginning with the first.
        case frames(Int)
        /// The first at or after every so many seconds.
        case seconds(Double)
        /// Those in which a face comes, goes, or looks other than before.
        case changes
    }

    public var choice = Choice.frames(1)
    /// Faces of these labels alone, and frames that have such; nil: of all, and frames without a face, too.
    public var labels: Set<Expression>?
    /// Faces of at least this confidence alone, and frames that have such.
    public var confidence = 0.0
    /// Whether whole frames are kept, and whether results are drawn on them.
    public var hasFrames = true
    public var isAnnotated = false
    /// Width and height of the pictures of faces; nil: as large as they are.
    public var size: Int?
    public var privacy = Privacy.none
    /// Whether pictures that are there already are written again.
    public var overwrites = false

    public init() {}

    /// Whether a frame without a face of those wanted is left out.
    var wantsFaces: Bool { labels != nil || confidence > 0 }
}
