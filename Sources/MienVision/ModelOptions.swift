/// What is to be known of a network besides its file, where that doesn't say it or says it otherwise: for networks that
/// other programs made.
public struct ModelOptions: Hashable, Sendable {
    /// The names of its outputs, in their order, in any usual spelling; see `Expression.init(anySpelling:)`. Others than
    /// the six are left out of account.
    public var classes: [String]?
    /// How samples become its input.
    public var normalisation: FacePicture.Normalisation?
    /// The shape of one face in its input, where the file leaves it open: channels, height, width, or height, width,
    /// channels.
    public var inputShape: [Int]?

    public init() {}

    /// Of the data sets that most networks learn from, the classes in the order of their numbers.
    public static let knownClasses: [(name: String, classes: [String])] = [
        ("fer2013", ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]),
        ("ferplus", ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]),
        ("affectnet", ["neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt"]),
    ]

    /// The classes in a text: one of `knownClasses` by its name, names with commas between them, a list in brackets, or
    /// numbers with names, as Python and JSON write them: `{0: 'angry', 1: 'disgust'}`.
    public static func classes(in text: String) -> [String] {
        if let known = knownClasses.first(where: { $0.name == text }) { return known.classes }
        let marks = "[]{}()\"' \t\r\n"
        let items = text.split(separator: ",").map { item in
            item.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                String(part.drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed())
            }
        }
        let numbered = items.compactMap { item in item.count == 2 ? Int(item[0]).map { ($0, item[1]) } : nil }
        if numbered.count == items.count {
            return numbered.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return items.compactMap(\.last)
    }
}
