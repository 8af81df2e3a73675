import Foundation
import Testing

/// Several runs that write into one folder: cron jobs that overlap, a share that is started twice, runs that were killed.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct SharedFolderTests {
    private let folder: Folder
    private static let clip = "single_face.mp4"

    init() throws {
        folder = try Folder()
        try folder.write(below: "in", "a.mp4", Array(Data(contentsOf: URL(filePath: Program.clip(Self.clip)))))
    }

    /// Runs lines of bash in the folder. `held` starts the program, and returns when it has begun to write; it stands still
    /// then.
    private func run(_ lines: String) throws -> Program.Outcome {
        try Program.shell(
            """
            cd '\(folder.path(""))'
            # Its own processor time is what it may take: as long as it has files of its own but none whole.
            held() {
                "$MIEN" "$@" & id=$!
                until compgen -G "out/.*$(printf %s "$id" | token)*.partial.*" >/dev/null; do sleep 0.01; done
                kill -STOP $id
            }
            token() { python3 -c 'import sys; n = int(sys.stdin.read()); s = ""
            while n: s = "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36] + s; n //= 36
            print("-" + s + "-")'; }
            \(lines)
            """)
    }

    private func undisturbed(_ kinds: String) throws -> [String: Data] {
        let outcome = try run("\"$MIEN\" video in -q --each \(kinds) --to alone; mv alone/a.* .")
        #expect(outcome.status == 0 && outcome.errors == "")
        return try files("")
    }

    private func files(_ name: String) throws -> [String: Data] {
        Dictionary(
            uniqueKeysWithValues: try folder.list(name).filter { $0.hasPrefix("a.") }.map {
                ($0, try folder.bytes("\(name)/\($0)"))
            })
    }

    @Test("A run that is killed leaves the files of another alone, and the next takes its own away")
    func killed() throws {
        let whole = try undisturbed("jsonl,csv,mp4")
        let outcome = try run(
            """
            arguments="video in -q --each jsonl,csv,mp4 --to out"
            held $arguments; first=$id
            held $arguments; kill -KILL $id; wait $id 2>/dev/null
            ls -A out | grep -c partial
            "$MIEN" video in --each vtt --to out 2>&1; ls -A out | grep -c partial
            kill -CONT $first; wait $first; echo $?; ls -A out | grep partial
            """)
        #expect(
            outcome.lines == [
                "6", "mien: out/: took away 3 partial files of a run that was cut short", "3", "0",
            ])
        #expect(try files("out").filter { $0.key != "a.vtt" } == whole)
    }

    @Test("Two runs at once end well both, whoever is the first")
    func twice() throws {
        let whole = try undisturbed("jsonl,mp4")
        let outcome = try run(
            """
            arguments="video in -q --each jsonl,mp4 --to out"
            held $arguments; first=$id
            "$MIEN" $arguments; echo $?; cmp out/a.jsonl a.jsonl
            kill -CONT $first; wait $first; echo $?
            "$MIEN" video in --each jsonl,mp4 --to out --resume 2>&1
            """)
        #expect((outcome.output, outcome.errors) == ("0\n0\nmien: 1 of 1 inputs are done already\n", ""))
        #expect(try files("out") == whole)
        #expect(try folder.listAll("out").sorted() == [".a.mien.json", "a.annotated.mp4", "a.jsonl"])
    }

    @Test("What a run finds done when it comes there is not done again")
    func overtaken() throws {
        let outcome = try run(
            """
            cp in/a.mp4 in/b.mp4
            held video in --each jsonl --to out --resume; first=$id
            "$MIEN" video in -q --each jsonl --to out --resume; stat -c %i out/b.jsonl
            kill -CONT $first; wait $first; echo $?; stat -c %i out/b.jsonl
            """)
        #expect(outcome.errors == "")
        #expect(outcome.lines.count == 3 && outcome.lines[1] == "0" && outcome.lines[0] == outcome.lines[2])
    }

    @Test("A run on another machine counts as over when its files have had no sign of life for an hour")
    func otherMachine() throws {
        let outcome = try run(
            """
            mkdir out; cd out; touch .a.1abc-1-1.partial.jsonl .b.annotated.1abc-7-zz.partial.mp4.part .c.partial.jsonl
            touch .d.1abc.partial.jsonl .1abc-1-1.partial e.1abc-1-1.partial.jsonl
            touch -d '2 hours ago' *.jsonl .*.jsonl .*.part .*.partial; touch .live.1abc-1-1.partial.jsonl
            cd ..; "$MIEN" video in --each jsonl --to out; ls -A out
            """)
        #expect(outcome.errors == "mien: out/: took away 2 partial files of a run that was cut short\n")
        #expect(
            Set(outcome.lines) == [
                ".1abc-1-1.partial", ".a.mien.json", ".c.partial.jsonl", ".d.1abc.partial.jsonl",
                ".live.1abc-1-1.partial.jsonl", "a.jsonl", "e.1abc-1-1.partial.jsonl",
            ])
    }

    @Test("A folder of results that goes away is told of, and the inputs after it are done")
    func removed() throws {
        let outcome = try run(
            """
            cp in/a.mp4 in/b.mp4
            held video in -q --each jsonl --to out; rm -r out; kill -CONT $id; wait $id; echo $?; ls out
            """)
        #expect(outcome.output == "1\nb.jsonl\n")
        #expect(outcome.errors.contains("cannot complete out/.a."))
        #expect(outcome.errors.hasSuffix("mien: 1 of 2 inputs' results could not be written\n"))
    }
}
