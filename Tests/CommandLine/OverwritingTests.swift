import Foundation
import Testing

/// What was there before is another's, unless mien wrote it.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct OverwritingTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Lines of bash in the folder, with a small picture, a.pgm, and another's file of text, foreign.txt.
    private func run(_ lines: String) throws -> Program.Outcome {
        try Program.shell(
            """
            cd "$1"; printf 'P5 32 32 255\\n' > a.pgm; head -c 1024 /dev/zero >> a.pgm; echo precious > foreign.txt
            \(lines)
            """, [folder.path("")])
    }

    @Test(
        "Another's file is not written over, by whatever output, and nothing is begun",
        arguments: [
            "image a.pgm --jsonl", "image a.pgm --csv", "image a.pgm --vtt", "image a.pgm --srt",
            "image a.pgm --report",
            "image a.pgm --stats", "demo --frames 3 --csv", "live --device - --size 64x48 --format grey --jsonl",
            "train --data x.csv --out", "train-aligner --data x.csv --out", "evaluate --data x.csv --answers",
            "devices --test - --size 64x32 --format grey --raw", "dump a.pgm --to d --csv",
        ])
    func foreign(command: String) throws {
        let outcome = try run("\"$MIEN\" \(command) foreign.txt; echo $?; cat foreign.txt; ls")
        #expect(outcome.lines == ["64", "precious", "a.pgm", "foreign.txt"])
        #expect(outcome.errors.hasPrefix("mien: foreign.txt: it is there, and not written by mien"))
        #expect(outcome.errors.contains("--force"))
    }

    @Test(
        "Nor are those that have the names which mien gives",
        arguments: [
            ("image a.pgm --each csv", "a.csv"), ("image a.pgm --each report --to out", "out/a.html"),
            ("video a.pgm --each srt", "a.srt"), ("image a.pgm --each jsonl --resume", "a.jsonl"),
            ("dump a.pgm --to out", "out/labels.csv"), ("dump a.pgm --to out", "out/labels.jsonl"),
            ("dump a.pgm --to out", "out/coco.json"), ("evaluate --data x.csv --report out", "out/report.html"),
            ("evaluate --data x.csv --report out", "out/mistakes.png"), ("train --data x.csv", "model.onnx.checkpoint"),
            ("demo --frames 3 --out", "out.mp4"),
        ])
    func foreignNames(command: String, file: String) throws {
        let outcome = try run(
            """
            mkdir out; cp foreign.txt \(file); "$MIEN" \(command) \(command.hasSuffix("--out") ? file : ""); echo $?
            cat \(file)
            """)
        #expect(outcome.lines == ["64", "precious"], "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("mien: \(file): it is there"))
    }

    @Test("A recording that the shell has put behind an option is left alone, and so is one that a link leads to")
    func pattern() throws {
        let outcome = try run(
            """
            cp a.pgm b.pgm; cp a.pgm c.pgm; "$MIEN" image --csv *.pgm; echo $?
            ln -s a.pgm link.csv; "$MIEN" image b.pgm --csv link.csv; echo $?; ln -s new dangling; ls
            "$MIEN" image b.pgm --csv dangling; echo $?; head -c 6 new; cmp a.pgm c.pgm
            """)
        #expect(
            outcome.lines == [
                "64", "64", "a.pgm", "b.pgm", "c.pgm", "dangling", "foreign.txt", "link.csv", "0", "source",
            ])
        #expect(outcome.errors.contains("after an option for a file the shell puts the first name of a pattern there"))
    }

    @Test("A table by the name of a recording is refused, and a folder, and what can't be told")
    func names() throws {
        let outcome = try run(
            """
            "$MIEN" image a.pgm --csv talk.mp4; echo $?; "$MIEN" image a.pgm --csv talk.mp4 --force; echo $?; mkdir out
            "$MIEN" image a.pgm --jsonl out; echo $?
            """)
        #expect(outcome.lines == ["64", "0", "64"])
        #expect(outcome.errors.contains("talk.mp4: CSV by the name of a recording or photo"))
        #expect(outcome.errors.contains("out: it is a folder"))
    }

    @Test("What mien wrote is written over, and with --force everything is; pipes and devices take what they get")
    func own() throws {
        let outcome = try run(
            """
            all=(--jsonl 1 --csv 2 --vtt 3 --srt 4 --report 5 --stats 6 --out 7.mp4)
            for i in 1 2; do "$MIEN" demo --frames 20 "${all[@]}" -q; echo $?; done
            for i in mkv webm mov; do for j in 1 2; do "$MIEN" demo --frames 3 --out v.$i -q; echo $?; done; done
            for i in 1 2 3 4 5 6; do cp foreign.txt $i; done; cp foreign.txt 7.mp4
            "$MIEN" demo --frames 20 "${all[@]}" --force -q; echo $?; grep -l precious *
            "$MIEN" demo --frames 3 --jsonl /dev/null -q; echo $?; "$MIEN" demo --frames 3 --jsonl >(cat >/dev/null) -q; echo $?
            for i in 1 2; do "$MIEN" image a.pgm --each jsonl,csv,vtt,srt,report -q; echo $?; done
            """)
        #expect(outcome.errors == "")
        #expect(outcome.lines.filter { $0 != "0" } == ["foreign.txt"])
    }

    @Test("A picture that is there before a dump is no part of it")
    func foreignPicture() throws {
        let outcome = try run(
            """
            mkdir -p d/frames; cp foreign.txt d/frames/a-0000000.png; "$MIEN" dump a.pgm --to d -q; echo $?
            cat d/frames/*; "$MIEN" dump a.pgm --to d --force -q; echo $?; head -c 4 d/frames/* | tail -c 3
            """)
        #expect(outcome.lines.first != "0" && outcome.lines.dropFirst() == ["precious", "0", "PNG"])
        #expect(outcome.errors.contains("d/frames/a-0000000.png: it is there, and of no dump"))
    }
}
