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

    /// What it is made with, as the command line has it.
    var text: String {
        let choice: String? =
            switch choice {
            case .frames(let count): count > 1 ? "--every \(count)" : nil
            case .seconds(let seconds): "--every \(seconds)s"
            case .changes: "--on-change"
            }
        let names = labels.map { labels in Expression.allCases.filter(labels.contains).map(\.name) }
        let parts = [
            choice, names.map { "--only \($0.joined(separator: ","))" },
            confidence > 0 ? "--min-confidence \(confidence)" : nil, hasFrames ? nil : "--crops",
            isAnnotated ? "--annotated" : nil, size.map { "--size \($0)" },
            privacy == .none ? nil : "--privacy \(privacy.rawValue)",
        ].compactMap(\.self)
        return parts.isEmpty ? "no options" : parts.joined(separator: " ")
    }

    /// Whether a frame without a face of those wanted is left out.
    var wantsFaces: Bool { labels != nil || confidence > 0 }
}
