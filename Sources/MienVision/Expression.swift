/// The six classes, in the order that every table, file and network of the project keeps.
public enum Expression: Int, CaseIterable, Sendable {
    case angry, fear, happy, neutral, sad, surprise

    /// The class's name in results.
    public var name: String { Self.names[rawValue] }

    private static let names = allCases.map { String(describing: $0) }

    public init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}
