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

    @Test("An input that can't be read is tried again when it has changed, when asked to, or when it was away")
    func failures() throws {
        let outcome = try run(
            """
            echo no picture > in/b.png; ln -s nowhere in/c.png; touch -d @1700000000.5 in/b.png
            again -q --failures f >/dev/null; echo $?; cat f
            again --failures f; echo $?; cat f
            again -q --retry --failures f > /dev/null; echo $?; grep -c . f
            again -q --failures f in/no*.png > /dev/null; echo $?; grep -c . f
            cp in/a.png in/b.png; cp in/a.png nowhere; cp in/a.png in/nowhere; again -q --failures f; echo $? $(stat -c %s f)
            """)
        let reason = "in/b.png: is no video or picture that FFmpeg knows"
        #expect(
            outcome.output == """
                65
                {"input":"in/b.png","reason":"\(reason)","retry":false,"bytes":11,"modified":1700000000.500000000}
                {"input":"in/c.png","reason":"in/c.png: no such file","retry":true}
                65
                """, "\(outcome.output)")
    }

    @Test("A name that leaves no room for an ending loses its end, and gets what tells it from others")
    func longNames() throws {
        let outcome = try run(
            """
            for end in 1 2; do name=$(printf 'é%.0s' {1..122})$end.png; ln in/a.png in/$name; done; rm in/a.png
            again --each jsonl,csv,report; again --each jsonl,csv,report; ls -A out | wc -l
            ls out/*.jsonl | head -n 1 | wc -c; again --shard 1/1
            """)
        #expect(outcome.lines.filter { $0.hasPrefix("mien") }.count == 2, "\(outcome.output)")
    }
}
