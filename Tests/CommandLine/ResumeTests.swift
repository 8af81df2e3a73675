import Foundation
import Testing

/// What --resume believes.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct ResumeTests {
    private let folder: Folder
    private static let done = "mien: 1 of 1 inputs are done already\n"

    init() throws {
        folder = try Folder()
        try folder.write(below: "in", "a.png", Array(Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))))
    }

    private func run(_ lines: String) throws -> Program.Outcome {
        try Program.shell(
            """
            cd '\(folder.path(""))'; models='\(Program.root.appending(path: "models").path())'
            again() { "$MIEN" image in --to out --resume "$@" 2>&1; }
            \(lines)
            """)
    }

    private func again(_ reason: String) -> String { "mien: 1 of 1 are done again: \(reason)\n" }

    @Test("Results of another network, cascade or option are made again, and those of more threads are not")
    func made() throws {
        let outcome = try run(
            """
            again; again --threads 3 --progress json
            again --model $models/report.onnx; again --model $models/report.onnx; again
            again --min-face 50; again --neighbours 3; again --neighbours 3 --min-face 0x32 2>/dev/null | head -c 0
            cp /usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml c.xml
            again --neighbours 3 --cascade c.xml
            """)
        #expect(
            outcome.output == Self.done + again("made with another network") + Self.done
                + again("made with another network") + again("made with other options")
                + again("made with other options") + again("made with another cascade"))
    }

    @Test("An input with another date, even an older one, or in another's place, is done again")
    func replaced() throws {
        let outcome = try run(
            """
            again; touch -d '2001-02-03' in/a.png; again; again
            cp -p in/a.png other.png; mv other.png in/a.png; again
            ln -s a.png in/b.png; rm -r out; "$MIEN" image in/b.png --to out --resume; "$MIEN" image in/b.png --to out --resume
            touch in/a.png; "$MIEN" image in/b.png --to out --resume
            """)
        let changed = again("the input has changed")
        #expect(outcome.output == changed + Self.done + Self.done)
        #expect(outcome.errors == Self.done + changed)
    }

    @Test("Another kind is made beside those that are there, and only what its own options change is made again")
    func kinds() throws {
        let outcome = try run(
            """
            again; stat -c %i out/a.jsonl
            again --each jsonl,report; stat -c %i out/a.jsonl
            again --each jsonl,report --no-thumbnails; stat -c %i out/a.jsonl
            again --each report --no-thumbnails
            """)
        #expect(Set(outcome.lines.filter { !$0.hasPrefix("mien: ") }).count == 1)
        #expect(
            outcome.lines.filter { $0.hasPrefix("mien: ") } == [
                "mien: 1 of 1 are done again: made with other options", "mien: 1 of 1 inputs are done already",
            ])
    }

    @Test(
        "Nothing is believed of files that others have changed, or of which nothing is known",
        arguments: [
            ("rm out/a.jsonl", "missing, or changed by others"),
            (": > out/a.jsonl", "missing, or changed by others"),
            ("rm out/.a.mien.json", "nothing says what they were made from"),
            (": > out/.a.mien.json", "nothing says what they were made from"),
            ("head -c 100 out/.a.mien.json > x; mv x out/.a.mien.json", "nothing says what they were made from"),
            ("sed -i 's/\"mien\":\"/&9/' out/.a.mien.json", "made by another version of mien"),
            ("sed -i 's/\"name\":\"/&9/' out/.a.mien.json", "their results were another input's"),
        ])
    func changed(what: String, reason: String) throws {
        let outcome = try run("again; cp out/a.jsonl right; \(what); again; cmp out/a.jsonl right; again")
        #expect(outcome.output == again(reason) + Self.done)
    }

    @Test("A record that isn't whole, nested without end or of any size ends nothing")
    func wrongRecords() throws {
        let outcome = try run(
            """
            again
            for text in '[' '{"mien":' '"\\u00' '{"input":{"bytes":99999999999999999999}}' "$(printf '[%.0s' {1..9999})" 'null x'
            do printf %s "$text" > out/.a.mien.json; again; done
            rm out/.a.mien.json; mkfifo out/.a.mien.json; again; again
            """)
        #expect(
            outcome.output
                == String(repeating: again("nothing says what they were made from"), count: 7) + Self.done)
    }

    private struct Failed: Decodable {
        var input: String
        var reason: String
        var retry: Bool
        var bytes: Int?
        var modified: Double?
    }

    /// What `--failures` lists.
    private func failed() throws -> [Failed] {
        try folder.read("f").split(separator: "\n").map { try JSONDecoder().decode(Failed.self, from: Data($0.utf8)) }
    }

    @Test("An input that can't be read is tried again when it has changed, when asked to, or when it was away")
    func failures() throws {
        let first = try run(
            "echo no picture > in/b.png; ln -s ../nowhere in/c.png; touch -d @1700000000.5 in/b.png; again --failures f"
        )
        #expect(first.status == 65)
        let list = try failed()
        #expect(list.map(\.input) == ["in/b.png", "in/c.png"] && list.map(\.retry) == [false, true])
        #expect(list.map(\.bytes) == [11, nil] && list.map(\.modified) == [1_700_000_000.5, nil])
        #expect(list[1].reason == "in/c.png: no such file")
        // What is known isn't tried, but counts.
        let known = try run("again --failures f")
        #expect(known.status == 65)
        #expect(
            known.output.hasPrefix(
                """
                mien: 1 of 3 inputs are done already
                mien: 1 of 3 could not be read before, and have not changed (--retry tries again)
                mien: in/c.png: no such file\n
                """))
        #expect(
            known.output.hasSuffix(
                "mien:   \(list[0].reason)\nmien:   \(list[1].reason)\nmien: 2 of 3 inputs could not be read\n"))
        #expect(try failed().map(\.reason) == list.map(\.reason))
        #expect(try run("again --retry").output.contains("mien: \(list[0].reason)\n"))
        let mended = try run("cp in/a.png in/b.png; cp in/a.png nowhere; again --failures f")
        #expect(mended.status == 0)
        #expect(
            mended.output
                == "mien: 1 of 3 inputs are done already\nmien: 1 of 3 are done again: the input has changed\n")
        #expect(try failed().isEmpty)
    }

    @Test("A name that leaves no room for an ending loses its end, and gets what tells it from others")
    func longNames() throws {
        let outcome = try run(
            """
            for end in 1 2; do cp in/a.png in/$(printf 'é%.0s' {1..122})$end.png; done; rm in/a.png
            again --each jsonl,csv,report; again --each jsonl,csv,report
            for name in $(ls -A out); do (( $(printf %s $name | LC_ALL=C wc -m) <= 255 )) || echo $name; done
            """)
        #expect(outcome.output == "mien: 2 of 2 inputs are done already\n")
        let names = try folder.listAll("out")
        #expect(names.count == 8 && names.filter { $0.hasSuffix(".mien.json") }.count == 2)
        // One whose name has room for all of it keeps it.
        #expect(try folder.list("out").contains(String(repeating: "é", count: 122) + "1.csv"))
    }
}
