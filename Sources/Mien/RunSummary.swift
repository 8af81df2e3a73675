/// What a run came to: counts, and where the time went.
public struct RunSummary: Sendable {
    /// The name of the network that gave the answers.
    public var model: String
    /// Sources that were begun, whether or not they could be read to the end.
    public var sources = 0
    public var frames = 0
    public var framesWithFaces = 0
    /// Frames of live sources that were passed over for newer ones.
    public var dropped = 0
    /// Frames of live sources that were lost before they came here: in the driver, or to damage.
    public var lost = 0
    /// Faces over all frames: one that is seen in ten frames counts ten times.
    public var faces = 0
    /// From the run's beginning to its end.
    public var seconds = 0.0
    private var labels = [Int](repeating: 0, count: Expression.allCases.count)
    /// Where the time went.
    public package(set) var stages = StageTimes()

    public init(model: String) { self.model = model }

    /// How many of `faces` showed `expression`.
    public subscript(expression: Expression) -> Int { labels[expression.rawValue] }

    /// Frames in a second of the run; 0 for a run that took no time.
    public var framesPerSecond: Double { seconds > 0 ? Double(frames) / seconds : 0 }

    mutating func count(_ result: borrowing FrameResult) {
        frames += 1
        if !result.faces.isEmpty { framesWithFaces += 1 }
        faces += result.faces.count
        for index in result.faces.indices { labels[result.faces[index].probabilities.label.rawValue] += 1 }
    }
}
