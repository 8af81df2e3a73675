import MienVision

/// What ten people saw in one picture: a row of FER+'s `fer2013new.csv`.
///
/// Barsoum, Zhang, Canton Ferrer, Zhang: Training Deep Networks for Facial Expression Recognition with Crowd-Sourced
/// Label Distribution, 2016. A single vote for a class counts as an outlier and is dropped.
struct Votes {
    /// In the order of the file: the eight classes, unknown and "no face". Without outliers.
    private var counts: [Int]

    /// The file's columns after usage and name.
    static let columns = [
        "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "nf",
    ]
    private static let usageColumn = "usage"
    private static let expressions: [MienVision.Expression?] = [
        .neutral, .happy, .surprise, .sad, .angry, nil, .fear, nil, nil, nil,
    ]

    /// FER+ has ten for a picture.
    private static let mostVotes = 1000

    /// `votes`: one count for each of `columns`.
    init(_ votes: [Int]) { counts = votes.map { $0 > 1 ? $0 : 0 } }

    /// The class with more than half of the votes, if there is one and it is one of the six.
    var majority: MienVision.Expression? {
        let total = counts.reduce(0, +)
        guard let index = counts.firstIndex(where: { 2 * $0 > total }) else { return nil }
        return Self.expressions[index]
    }

    /// Whether no class at all has more than half of the votes, but the six have together.
    var isDisputed: Bool {
        let total = counts.reduce(0, +)
        let six = zip(counts, Self.expressions).reduce(0) { $0 + ($1.1 == nil ? 0 : $1.0) }
        return 2 * six > total && counts.allSatisfy { 2 * $0 <= total }
    }

    /// The votes for the six as shares that add up to 1, or nil if there are none.
    var shares: Probabilities? {
        let votes = MienVision.Expression.allCases.map { expression in
            Self.expressions.firstIndex(of: expression).map { counts[$0] } ?? 0
        }
        let total = votes.reduce(0, +)
        return total > 0 ? Probabilities(votes.map { Float($0) / Float(total) }) : nil
    }

    /// Reads the whole file: for each row its usage and votes, in the file's order. Columns are known by their names, and
    /// may have quotes; others, such as the pictures' names, are passed over.
    static func read(_ path: String) throws(DataError) -> [(usage: Usage, votes: Votes)] {
        var lines = try LineReader(path)
        let names = try lines.next().map(Fields.names) ?? []
        let places = ([usageColumn] + columns).map { name in names.firstIndex(of: name) }
        guard let usageAt = places[0], places.allSatisfy({ $0 != nil }) else {
            throw DataError(
                "\(path):1: the columns are not those of FER+; expected Usage,Image name,\(columns.joined(separator: ","))"
            )
        }
        var rows: [(usage: Usage, votes: Votes)] = []
        while let line = try lines.next() {
            var (fields, row) = (Fields(line), [UnsafeBufferPointer<UInt8>]())
            while let field = fields.next() { row.append(field) }
            guard row.count == names.count else {
                throw DataError(
                    "\(path):\(lines.number): a row of \(names.count) columns is expected, there are \(row.count)")
            }
            guard let usage = Usage(rawValue: String(decoding: row[usageAt], as: UTF8.self)) else {
                throw DataError("\(path):\(lines.number): Usage must be Training, PublicTest or PrivateTest")
            }
            let votes = places.dropFirst().compactMap { $0.flatMap { Fields.number(row[$0]) } }
            guard votes.count == columns.count, votes.allSatisfy({ $0 <= mostVotes }) else {
                throw DataError("\(path):\(lines.number): the votes must be whole numbers up to \(mostVotes)")
            }
            rows.append((usage, Votes(votes)))
        }
        return rows
    }
}
