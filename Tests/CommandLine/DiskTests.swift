import Foundation
import Testing

/// Disks that are full or can't be written, mounted in a name space of the test's own.
@Suite(.enabled(if: Disk.canMount, Disk.missing))
struct DiskTests {
    /// Runs lines of bash beside `disk`, which is mounted with these options.
    private func run(_ options: String, _ lines: String) throws -> Program.Outcome {
        let folder = try Folder()
        return try Program.shell(
            """
            unshare --user --map-root-user --mount bash -c 'cd "$1"; mkdir disk
            mount -t tmpfs -o \(options) none disk; \(lines)' - '\(folder.path(""))'
            """)
    }

    @Test("A full disk ends the run with one clear message; whole files stay, the one in hand isn't called whole")
    func full() throws {
        let outcome = try run(
            "size=64k",
            """
            "$MIEN" demo -q --frames 20 --jsonl disk/whole.jsonl
            "$MIEN" demo -q --frames 400 --jsonl disk/out.jsonl; echo $?; tail -n 1 disk/whole.jsonl
            """)
        #expect(outcome.lines.first == "1")
        #expect(outcome.lines.last?.hasSuffix("}]}") == true)
        #expect(
            outcome.errors == """
                mien: cannot write to disk/out.jsonl: No space left on device (free some space, or write elsewhere)\n
                """)
    }

    @Test(
        "What a full disk holds are whole lines, also where they came through standard output",
        arguments: ["jsonl", "csv"])
    func wholeLines(kind: String) throws {
        let outcome = try run(
            "size=16k",
            """
            "$MIEN" demo -q --frames 200 --\(kind) disk/out; echo $?; wc -c < disk/out; tail -n 1 disk/out; rm disk/out
            "$MIEN" demo -q --frames 200 --\(kind) - > disk/out; echo $?; wc -c < disk/out; tail -n 1 disk/out; tail -c 1 disk/out
            """)
        #expect(outcome.lines.count == 6 && outcome.output.hasSuffix("\n\n"), "\(outcome.output)")
        for end in [outcome.lines.prefix(3), outcome.lines.suffix(3)] where end.count == 3 {
            #expect(Array(end)[0] == "1" && Int(Array(end)[1]) ?? 0 > 8000)
            #expect(kind == "csv" ? end.last?.split(separator: ",").count == 18 : end.last?.hasSuffix("}]}") == true)
        }
    }

    @Test("Subtitles that may grow no further end with a whole cue", arguments: ["vtt", "srt"])
    func wholeCues(kind: String) throws {
        let outcome = try run(
            "size=1m",
            "(ulimit -f 1; \"$MIEN\" demo -q --seconds 60 --\(kind) disk/out; echo $?; tail -n 3 disk/out; tail -c 1 disk/out)"
        )
        #expect(outcome.output.contains(/^1\n.*-->.*\nface 1: \w+\n\n\n$/), "\(outcome.output)")
    }

    @Test("A limit on the size of files is told like a full disk, and leaves whole lines")
    func fileSizeLimit() throws {
        let outcome = try run(
            "size=1m", "(ulimit -f 20; \"$MIEN\" demo -q --frames 100 --jsonl disk/out; echo $?; tail -c 4 disk/out)")
        #expect(outcome.output == "1\n}]}\n")
        #expect(outcome.errors.hasPrefix("mien: cannot write to disk/out: File too large (raise the limit, ulimit -f"))
    }

    @Test("The same in a run over many", .enabled(if: Program.hasMedia, Program.missingMedia))
    func fullBatch() throws {
        let outcome = try run(
            "size=128k",
            "\"$MIEN\" video -q \(Program.media.path()) --to disk/out; echo $?; ls -A disk/out | grep -c partial")
        #expect(outcome.output == "1\n1\n")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(
            outcome.errors.contains(".partial.jsonl: No space left on device (free some space, or write elsewhere)"))
    }

    private static let twoClips = ["headpose_male.mp4", "no_face.mp4"].map { "'\(Program.clip($0))'" }
        .joined(separator: " ")

    @Test(
        "The same in videos and in a dump", .enabled(if: Program.hasMedia, Program.missingMedia),
        arguments: [
            ("video \(twoClips) --each mp4 --to disk/out", "disk/out/.headpose_male.annotated.TOKEN.partial.mp4"),
            ("dump \(twoClips) --to disk/out", "disk/out/frames/headpose_male-0000000.png.partial"),
        ])
    func fullPictures(command: String, file: String) throws {
        let outcome = try run("size=100k", "\"$MIEN\" \(command) -q; echo $?")
        #expect(outcome.output == "1\n")
        #expect(
            outcome.errors.withoutToken
                == "mien: cannot write to \(file): No space left on device (free some space, or write elsewhere)\n")
    }

    @Test("Where there is no room for another file, inputs that are left aren't tried")
    func noMoreFiles() throws {
        let outcome = try run(
            "nr_inodes=4",
            """
            printf "P5 32 32 255\\n" > a.pgm; head -c 1024 /dev/zero >> a.pgm; cp a.pgm b.pgm; cp a.pgm c.pgm
            "$MIEN" image -q --each jsonl --to disk/out a.pgm b.pgm c.pgm; echo $?; ls disk/out
            rm -r disk/out; : > disk/other; "$MIEN" dump -q --to disk/out a.pgm b.pgm; echo $?
            """)
        #expect(outcome.output == "1\na.jsonl\n1\n")
        let advice = "No space left on device (free some space, or write elsewhere)"
        #expect(
            outcome.errors.withoutToken == """
                mien: cannot create disk/out/.b.TOKEN.partial.jsonl: \(advice)
                mien: cannot create disk/out/.options: \(advice)\n
                """)
    }

    @Test("A target that can't be written is told of for each input, and none is lost")
    func readOnly() throws {
        let outcome = try run(
            "size=64k",
            """
            printf "P5 32 32 255\\n" > a.pgm; head -c 1024 /dev/zero >> a.pgm; cp a.pgm b.pgm; cp a.pgm disk/c.pgm
            mount -o remount,ro disk; "$MIEN" image -q a.pgm disk/c.pgm b.pgm --each jsonl; echo $?; ls *.jsonl
            "$MIEN" image -q a.pgm --to disk/out; "$MIEN" image -q a.pgm --jsonl disk/out.jsonl
            """)
        #expect(outcome.output == "1\na.jsonl\nb.jsonl\n")
        #expect(
            outcome.errors.withoutToken == """
                mien: cannot create disk/.c.TOKEN.partial.jsonl: Read-only file system
                mien:   cannot create disk/.c.TOKEN.partial.jsonl: Read-only file system
                mien: 1 of 3 inputs' results could not be written
                mien: cannot create the folder disk/out: Read-only file system
                mien: cannot create disk/out.jsonl: Read-only file system\n
                """)
    }
}

extension String {
    /// The same for every run.
    fileprivate var withoutToken: String { replacing(/[0-9a-z]+-[0-9a-z]+-[0-9a-z]+(?=\.partial)/, with: "TOKEN") }
}

enum Disk {
    static let canMount =
        Program.isBuilt
        && (try? Program.shell("unshare --user --map-root-user --mount mount -t tmpfs none /mnt"))?.status == 0
    static let missing: Comment = "there is no program, or this user may not mount anything (user name spaces)"
}
