import MienTraining
import MienVision
import Testing

@Suite("FER+ votes") struct VotesTests {
    private let scratch = Scratch()
    private static let header =
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"

    /// What comes of one row: its label and its target, or nil where it is left out.
    private func outcome(
        _ votes: String, includingDisputed: Bool = false
    ) throws -> (label: MienVision.Expression, target: Probabilities)? {
        // A second row, since a set must not be empty.
        let pictures = try scratch.file("a.csv", Rows.header + Rows.row(0, 1) + Rows.row(0, 2))
        let file = try scratch.file(
            "v.csv", "\(Self.header)Training,a.png,\(votes)\nTraining,b.png,10,0,0,0,0,0,0,0,0,0\n")
        let set = try PictureSet(
            fer2013: pictures, votes: file, usage: .training, includingDisputed: includingDisputed)
        if set.count == 2 { #expect(set.isDisputed == [includingDisputed, false]) }
        return set.count == 2 ? (set.labels[0], set.targets[0]) : nil
    }

    @Test(
        "the label is the class with more than half of the votes",
        arguments: [
            ("6,4,0,0,0,0,0,0,0,0", MienVision.Expression.neutral), ("0,6,4,0,0,0,0,0,0,0", .happy),
            ("0,0,6,4,0,0,0,0,0,0", .surprise), ("0,0,0,6,4,0,0,0,0,0", .sad), ("4,0,0,0,6,0,0,0,0,0", .angry),
            ("0,4,0,0,0,0,6,0,0,0", .fear),
        ])
    func majority(_ votes: String, _ label: MienVision.Expression) throws {
        #expect(try outcome(votes)?.label == label)
    }

    @Test("a single vote is an outlier and does not count") func outliers() throws {
        // 5 of 10 are no majority, 5 of the 9 that are left without the outlier are.
        let row = try outcome("5,4,1,0,0,0,0,0,0,0")
        #expect(row?.label == .neutral)
        #expect(row?.target == Probabilities([0, 0, 4 / 9, 5 / 9, 0, 0]))
    }

    @Test("half of the votes are no majority") func half() throws {
        #expect(try outcome("5,5,0,0,0,0,0,0,0,0") == nil)
        #expect(try outcome("4,2,2,0,0,0,0,0,0,0") == nil)
    }

    @Test("a row without a majority can be learnt from where most saw one of the six") func disputed() throws {
        let row = try outcome("0,5,0,4,0,2,0,0,0,0", includingDisputed: true)
        #expect(row?.label == .happy)
        #expect(row?.target == Probabilities([0, 0, 5 / 9, 0, 4 / 9, 0]))
        #expect(try outcome("3,2,0,0,0,5,0,0,0,0", includingDisputed: true) == nil)
        #expect(try outcome("2,0,0,0,0,8,0,0,0,0", includingDisputed: true) == nil)
    }

    @Test("quotes, names of rows and other orders of the columns make no difference") func editions() throws {
        let pictures = try scratch.file("a.csv", Rows.header + Rows.row(0, 1))
        let plain = try scratch.file("v.csv", Self.header + "Training,a.png,1,6,0,3,0,0,0,0,0,0\n")
        let names = Self.header.dropLast().split(separator: ",")
        func line(_ fields: [String]) -> String { fields.map { "\"\($0)\"" }.joined(separator: ",") + "\r\n" }
        let quoted = try scratch.file(
            "w.csv",
            "\u{FEFF}" + line([""] + names.reversed().map(String.init))
                + line(["1"] + "0,0,0,0,0,0,3,0,6,1,a.png,Training".split(separator: ",").map(String.init)))
        let sets = try [plain, quoted].map { try PictureSet(fer2013: pictures, votes: $0, usage: .training) }
        #expect(sets[0].targets == sets[1].targets)
        #expect(sets[1].labels == [.happy])
    }

    @Test("a row is left out where most saw none of the six") func others() throws {
        #expect(try outcome("2,0,0,0,0,8,0,0,0,0") == nil)
        #expect(try outcome("2,0,0,0,0,0,0,8,0,0") == nil)
        #expect(try outcome("2,0,0,0,0,0,0,0,8,0") == nil)
        #expect(try outcome("0,0,0,0,0,0,0,0,0,10") == nil)
    }

    @Test("the target is the votes for the six") func target() throws {
        let row = try outcome("6,0,0,2,0,2,0,0,0,0")
        #expect(row?.target == Probabilities([0, 0, 0, 0.75, 0.25, 0]))
    }

    @Test("votes that don't belong to the pictures are refused") func mismatch() throws {
        let pictures = try scratch.file("a.csv", Rows.header + Rows.row(0, 1) + Rows.row(0, 2))
        let row = "Training,a.png,10,0,0,0,0,0,0,0,0,0\n"
        for (votes, reason) in [
            (row, ":3: it has no row for line 3 of \(pictures); both must be of the same edition"),
            (row + row + row, ": it has 3 rows, but \(pictures) has 2; both must be of the same edition"),
            (
                row + "PublicTest,b.png,10,0,0,0,0,0,0,0,0,0\n",
                ":3: it has no row for line 3 of \(pictures); both must be of the same edition"
            ),
            ("Training,a.png,10,0\n", ":2: a row of 12 columns is expected, there are 4"),
            ("Training,a.png,10,0,0,0,x,0,0,0,0,0\n", ":2: the votes must be whole numbers up to 1000"),
            (
                "Training,a.png,9223372036854775807,9,0,0,0,0,0,0,0,0\n",
                ":2: the votes must be whole numbers up to 1000"
            ),
        ] {
            let file = try scratch.file("v.csv", Self.header + votes)
            let error = #expect(throws: DataError.self) {
                try PictureSet(fer2013: pictures, votes: file, usage: .training)
            }
            #expect(error?.description == file + reason)
        }
    }
}
