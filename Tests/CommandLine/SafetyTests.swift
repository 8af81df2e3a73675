import Foundation
import Testing

/// What the program does when it dies, and whom its files are for.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct SafetyTests {
    @Test(
        "A fatal signal leaves whole lines, one that says where it hit, and the status that it has anyway",
        arguments: [("SEGV", "139"), ("ABRT", "134"), ("QUIT", "131")])
    func crash(signal: String, status: String) throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            ulimit -c 0; cd '\(folder.path(""))'
            "$MIEN" demo -q --jsonl out.jsonl &
            until [[ -s out.jsonl ]]; do sleep 0.02; done
            kill -\(signal) $!; wait $! 2>/dev/null; echo $?
            """)
        #expect(outcome.output == status + "\n")
        let line = /mien: ended by SIG\w+ in (decode|detect|classify|write), frame \d+( to \d+)? of demo\n/
        #expect(outcome.errors.firstMatch(of: line) != nil, "\(outcome.errors)")
        let text = try folder.read("out.jsonl")
        #expect(text.isEmpty || text.hasSuffix("}\n"))
    }

    @Test("A crash while results are written says so")
    func crashInSink() throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            ulimit -c 0; cd '\(folder.path(""))'; mkfifo slow
            sleep 8 <slow &
            "$MIEN" demo -q --threads 1 --seconds 60 --jsonl slow & sleep 4; kill -SEGV $!; wait $!; echo $?
            """)
        #expect(outcome.output == "139\n")
        #expect(outcome.errors.contains("mien: ended by SIGSEGV in write, frame "), "\(outcome.errors)")
    }

    @Test("Pictures that are written down are for the user alone")
    func permissions() throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            umask 0
            head -c 4096 /dev/zero | "$MIEN" devices --test - --size 64x32 --format grey --raw \(folder.path("raw"))
            stat -c %a \(folder.path("raw"))
            """)
        #expect(outcome.lines.last == "600")
    }

    @Test("So is every file that holds faces, whoever could read what was there before")
    func modes() throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            cd "$1"; umask 0; for i in jsonl html mp4 mkv; do : > $i.$i; done; chmod 666 *
            "$MIEN" demo -q --frames 20 --jsonl jsonl.jsonl --report html.html --out mp4.mp4
            "$MIEN" demo -q --frames 20 --report new.html --out mkv.mkv; "$MIEN" demo -q --frames 3 --record new.webm
            stat -c '%a %n' *; mkdir -m 777 d; "$MIEN" dump mp4.mp4 --to d -q --every 9 --report d/r.html
            find d -type f ! -perm 600; find d -mindepth 1 -type d ! -perm 700; find d -type f | wc -l
            """, [folder.path("")])
        #expect(outcome.errors == "")
        #expect(
            outcome.lines.dropLast() == [
                "600 html.html", "666 jsonl.jsonl", "600 mkv.mkv", "600 mp4.mp4", "600 new.html", "600 new.webm",
            ])
        #expect((outcome.lines.last.flatMap { Int($0) } ?? 0) >= 9)
    }

    @Test("A name with control characters in it does nothing to a terminal")
    func names() throws {
        let outcome = try Program.run(["video", "/nowhere/a\u{1B}[2J\nb\u{9B}c.mp4"])
        #expect(outcome.status == 65 && outcome.errors.split(separator: "\n").count == 1)
        #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\u{9B}"))
    }
}
