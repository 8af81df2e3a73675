import Foundation
import Testing

/// Many inputs, and files of each input's own.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct BatchTests {
    /// Names that go wrong easily.
    private static let oddNames = [
        "plain.pgm", "two words.pgm", "it's \"quoted\".pgm", "two\nlines.pgm", "-dash.pgm", "🙂 été.pgm", "50%*?.pgm",
        "%03d.pgm",
        ".pgm.pgm", "$(touch x);#&.pgm",
    ]

    /// A small grey picture, each number another.
    private static func picture(_ number: Int) -> [UInt8] {
        Array("P5 32 32 255\n".utf8) + [UInt8](repeating: UInt8(number % 256), count: 1024)
    }

    /// Runs the program in `folder`.
    private func run(_ folder: Folder, _ arguments: [String]) throws -> Program.Outcome {
        try Program.shell("cd \"$1\" && shift && exec \"$MIEN\" \"$@\"", [folder.path("")] + arguments)
    }

    /// A folder of small pictures.
    private func pictures(_ names: [String], in part: String = "in") throws -> Folder {
        let folder = try Folder()
        for (number, name) in names.enumerated() { try folder.write(below: part, name, Self.picture(number)) }
        return folder
    }

    @Test("Names with spaces, quotes, line feeds, dashes and emoji are inputs like others, and name their results")
    func oddNames() throws {
        let folder = try pictures(Self.oddNames)
        let given = Self.oddNames.map { "in/" + $0 }
        let outcome = try run(folder, ["image", "-q", "--each", "jsonl,csv", "--to", "out", "--"] + given)
        #expect((outcome.status, outcome.errors) == (0, ""))
        let stems = Self.oddNames.map { String($0.dropLast(4)) }
        #expect(
            Set(try folder.listAll("out")) == Set(stems.flatMap { ["\($0).jsonl", "\($0).csv", ".\($0).mien.json"] }))
        for (name, stem) in zip(given, stems) {
            let text = try folder.read("out/\(stem).jsonl")
            #expect(try Program.Outcome(output: text, errors: "", status: 0).frames().map(\.source) == [name])
        }
        // A dash in front needs the double dash alone.
        let dash = try run(folder, ["image", "--", "in/-dash.pgm"])
        #expect(try dash.frames().count == 1)
    }

    @Test("Messages keep to one line whatever a file is called")
    func oddMessages() throws {
        let folder = try pictures([])
        let outcome = try run(folder, ["image", "no\nsuch \u{1B}file.png"])
        #expect(outcome.errors == "mien: no\\nsuch \\u{1B}file.png: no such file\n")
    }

    @Test(
        "A name that isn't UTF-8 is a name like others",
        arguments: [
            ("image in --to out", "out/b\\376.jsonl"), ("image in/* --to out", "out/b\\377.jsonl"),
            ("image 'in/*.pgm' --to out", "out/b\\377.jsonl"), ("image in --each csv", "in/b\\376.csv"),
            ("image in --each jsonl --resume", "in/b\\377.jsonl"),
            ("dump in --to dump", "dump/frames/b\\377-0000000.png"),
            ("dump in/* --to dump", "dump/frames/b\\376-0000000.png"), ("image in --csv $'x\\xFF'", "x\\377"),
            ("image in --csv=$'x\\xFF'", "x\\377"), ("image in --to $'\\xFF/x'", "\\377/x/b\\376.jsonl"),
        ])
    func foreignNames(command: String, file: String) throws {
        let folder = try pictures(["a.pgm", "c.pgm"])
        let outcome = try Program.shell(
            """
            cd "$1"; cp in/a.pgm $'in/b\\xFF.pgm'; cp in/a.pgm $'in/b\\xFE.pgm'; export LC_ALL=C
            "$MIEN" \(command) -q || echo $?; find . -type f -exec ls -b {} +
            """, [folder.path("")])
        #expect(outcome.errors == "")
        #expect(outcome.lines.contains("./\(file)"), "\(outcome.output)")
    }

    @Test("In results and messages its bytes can be told apart")
    func foreignSources() throws {
        let folder = try pictures(["a.pgm"])
        let outcome = try Program.shell(
            """
            cd "$1"; head -c 9 /dev/zero > $'in/x\\xE9\\xFF.pgm'; mv in/a.pgm $'in/\\xC3\\xA9\\xE9.pgm'
            "$MIEN" image in
            """, [folder.path("")])
        #expect(outcome.errors.hasPrefix("mien: in/x\\xE9\\xFF.pgm: "))
        #expect(outcome.lines.last?.hasPrefix("{\"source\":\"in/é\u{10F7E9}.pgm\",") == true)
    }

    @Test(
        "A name that a spreadsheet takes for a formula stands in a table as it is, so that files are found by it",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func formulas() throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            "cd \"$1\"; cp \"$2\" \"=cmd|' C'!A0.png\"; \"$MIEN\" image *.png --csv -",
            [folder.path(""), Program.clip("astronaut.png")])
        #expect(outcome.lines.last?.hasPrefix("=cmd|' C'!A0.png,0,") == true, "\(outcome.errors)")
    }

    @Test(
        "Nor does it matter to what everything else stands on",
        arguments: [
            "image in/a.pgm --model ", "video in/a.pgm --cascade=", "evaluate --data ", "evaluate --data in --model ",
            "train --data in --start ", "train --data in --architecture ", "train --data in/a.pgm --votes ",
        ])
    func foreignFoundations(command: String) throws {
        let folder = try pictures(["happy/a.pgm", "a.pgm"])
        let outcome = try Program.shell(
            "cd \"$1\"; echo x > $'x\\xFF'; \"$MIEN\" \(command)$'x\\xFF'", [folder.path("")])
        #expect(outcome.status == 1)
        #expect(!outcome.errors.contains("No such file"), "\(outcome.errors)")
    }

    @Test("A folder's pictures are taken in order, without hidden files and others; recursively if asked to")
    func folders() throws {
        let folder = try pictures(["b.pgm", "a.PGM", ".hidden.pgm", "notes.txt", "sub/c.pgm", "sub/deep/d.pgm"])
        let flat = try run(folder, ["image", "in"])
        #expect(try flat.frames().map(\.source) == ["in/a.PGM", "in/b.pgm"])
        let deep = try run(folder, ["image", "-r", "in/", "--to", "out/new"])
        #expect(deep.status == 0)
        #expect(
            Set(try folder.list("out/new", recursively: true)) == [
                "a.jsonl", "b.jsonl", "sub", "sub/c.jsonl", "sub/deep", "sub/deep/d.jsonl",
            ])
    }

    @Test("Files of a folder that are passed over are counted, by what their names end in; mien's own aren't")
    func passedOver() throws {
        let folder = try pictures(["a.pgm", "b.TXT", "c.txt", "d.docx", "README", ".hidden.txt", "sub/e.txt"])
        let line =
            "5 files in the folders passed over: 3 .txt, 1 without an extension, 1 .docx (name them to look at them)"
        let told = line.replacing("5 files", with: "4 files").replacing("3 .txt", with: "2 .txt")
        #expect(try run(folder, ["image", "in", "--each", "jsonl,csv"]).errors == "mien: \(told)\n")
        #expect(try run(folder, ["image", "-r", "in"]).errors == "mien: \(line)\n")
        #expect(try run(folder, ["image", "-q", "in"]).errors == "")
        #expect(try run(folder, ["dump", "-r", "in", "--to", "out"]).errors.hasPrefix("mien: \(line)\n"))
    }

    @Test("Files of many kinds are taken from a folder")
    func manyKinds() throws {
        let folder = try Folder()
        let made = try Program.shell(
            """
            cd '\(folder.path(""))'; mkdir in; cd in
            make() { ffmpeg -v error -y -f lavfi -i testsrc2=s=64x48:d=0.2:r=10 "$@" || echo failed "$@"; }
            make -c:v libx264 a.h264; make -c:v libx264 -f mpegts b.m2t; make -r 25 -f mpeg c.MOD; make -c:v mpeg4 -f avi d.divx
            make -f nut e.nut; make -f mp4 f.lrv; make -f mp4 g.insv; make -c:v libvpx -f ivf h.ivf; make -f apng i.apng
            make j.gif; make -c:v libx265 -x265-params log-level=0 -f hevc k.hevc; make -f obu -c:v libaom-av1 -cpu-used 8 l.obu
            "$MIEN" video . --each jsonl; echo $?; grep -c '"frame"' *.jsonl
            """)
        #expect(made.errors == "")
        #expect(made.lines.first == "0")
        #expect(made.lines.dropFirst() == "abcdefghijkl".map { "\($0).jsonl:\($0 == "c" ? 5 : 2)" }[...])
    }

    @Test("Of a picture that moves image looks at the first, and says so; video and dump look at all")
    func moving() throws {
        let folder = try Folder()
        // FFmpeg knows such pictures by the line feed behind their first two letters.
        let pages = (0..<3).flatMap { Array("P5\n32 32\n255\n".utf8) + [UInt8](repeating: $0, count: 1024) }
        try folder.write(below: "in", "a.pgm", pages)
        let image = try run(folder, ["image", "in/a.pgm"])
        #expect(try image.frames().count == 1)
        #expect(
            image.errors
                == "mien: in/a.pgm: holds more pictures than the first, which alone is looked at here; mien video looks at all\n"
        )
        #expect(try run(folder, ["video", "in/a.pgm"]).frames().count == 3)
        #expect(try run(folder, ["dump", "in/a.pgm", "--to", "out"]).status == 0)
        #expect(try folder.list("out/frames").count == 3)
        let piped = try Program.shell(
            "\"$MIEN\" image - <'\(folder.path("in/a.pgm"))'; cat '\(folder.path("in/a.pgm"))' | \"$MIEN\" image -q -")
        #expect(piped.lines.filter { $0.contains("\"frame\"") }.count == 2)
    }

    @Test(
        "A photo shows the same faces in image, video and dump, by name and through standard input",
        .enabled(if: Program.hasMedia, Program.missingMedia),
        arguments: ["astronaut_exif6.jpg", "cases/exif_orientation_6.png", "cases/tiff_orientation_6.tif"])
    func sameFaces(name: String) throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            cd '\(folder.path(""))'; cp "$1" x.mp4
            for command in image video; do
                "$MIEN" $command -q "$1"; "$MIEN" $command -q x.mp4; "$MIEN" $command -q - <"$1"; cat "$1" | "$MIEN" $command -q -
            done | grep '"frame"' | sed 's/"source":"[^"]*",//' | sort | uniq -c
            "$MIEN" dump -q "$1" --to a && cat "$1" | "$MIEN" dump -q - --to b && cmp a/frames/*.png b/frames/*.png && ls a/faces/*/*
            """, [Program.clip(name)])
        #expect(outcome.errors == "")
        #expect(outcome.lines.count == 2, "\(outcome.output)")
        #expect(outcome.lines.first?.hasPrefix("      8 ") == true)
        #expect(outcome.lines.first?.contains("\"id\":1") == true)
    }

    @Test("What is in the folder of results is no input, whatever it is called")
    func excluded() throws {
        let folder = try pictures(["a.pgm", "out/b.pgm"])
        #expect(try run(folder, ["image", "-q", "-r", "in", "--to", "in/out"]).status == 0)
        #expect(try folder.list("in/out", recursively: true).sorted() == ["a.jsonl", "b.pgm"])
    }

    @Test("A folder without pictures is told of, with what to do")
    func emptyFolder() throws {
        let folder = try pictures(["sub/c.pgm"])
        let outcome = try run(folder, ["image", "in"])
        #expect(outcome.status == 65)
        #expect(
            outcome.errors == "mien: in: no such files in this folder (--recursive looks into the folders in it, too)\n"
        )
    }

    @Test("A pattern in quotes is looked up; what is there under that very name is meant as it is")
    func patterns() throws {
        let folder = try pictures(["a1.pgm", "a2.pgm", "b.pgm", "[x].pgm"])
        #expect(try run(folder, ["image", "in/a?.pgm"]).frames().map(\.source) == ["in/a1.pgm", "in/a2.pgm"])
        #expect(try run(folder, ["image", "in/[x].pgm"]).frames().map(\.source) == ["in/[x].pgm"])
        let none = try run(folder, ["image", "in/z*.pgm"])
        #expect((none.status, none.errors) == (65, "mien: in/z*.pgm: no file has such a name\n"))
        _ = try run(folder, ["image", "-q", "*/a*.pgm", "--to", "out"])
        #expect(try folder.list("out", recursively: true).sorted() == ["in", "in/a1.jsonl", "in/a2.jsonl"])
    }

    @Test("Results lie beside their inputs, and are no inputs of a second run")
    func beside() throws {
        let folder = try pictures(["a.pgm", "b.pgm"])
        let arguments = ["image", "-q", "in", "--each", "jsonl,report,vtt,srt,csv"]
        #expect(try run(folder, arguments).status == 0)
        let files = try folder.list("in").sorted()
        #expect(files.count == 12)
        #expect(try run(folder, arguments).status == 0)
        #expect(try folder.list("in").sorted() == files)
        #expect(try folder.read("in/b.jsonl").contains("\"source\":\"in/b.pgm\""))
    }

    @Test(
        "Annotated videos beside their recordings are no inputs of a second run",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func videosBeside() throws {
        let folder = try Folder()
        try folder.write(below: "in", "a.mkv", Array(Data(contentsOf: URL(filePath: Program.clip("asl_eat.mkv")))))
        for _ in 1...2 {
            #expect(try run(folder, ["video", "-q", "in", "--each", "mkv,jsonl"]).status == 0)
            #expect(try folder.list("in").sorted() == ["a.annotated.mkv", "a.jsonl", "a.mkv"])
        }
    }

    @Test("--resume does again what a kind is missing of, and nothing else")
    func laterKind() throws {
        let folder = try pictures(["a.pgm", "b.pgm"])
        #expect(try run(folder, ["image", "-q", "in/a.pgm", "--to", "out", "--each", "jsonl,csv"]).status == 0)
        #expect(try run(folder, ["image", "-q", "in/b.pgm", "--to", "out", "--each", "jsonl"]).status == 0)
        let arguments = ["image", "in", "--to", "out", "--each", "jsonl,csv", "--resume"]
        let made = try run(folder, arguments)
        #expect(made.errors == "mien: 1 of 2 inputs are done already\n")
        #expect(try folder.list("out").sorted() == ["a.csv", "a.jsonl", "b.csv", "b.jsonl"])
        #expect(try run(folder, arguments).errors == "mien: 2 of 2 inputs are done already\n")
    }

    @Test("Two inputs of one name get files of their own where that can be, and are refused where not")
    func sameNames() throws {
        let folder = try pictures(["a.pgm", "a.ppm", "x/b.pgm", "y/b.pgm"])
        #expect(try run(folder, ["image", "-q", "in", "--to", "out"]).status == 0)
        #expect(try folder.list("out").sorted() == ["a.pgm.jsonl", "a.ppm.jsonl"])
        let refused = try run(folder, ["image", "in/x/b.pgm", "in/y/b.pgm", "--to", "out"])
        #expect(refused.status == 64)
        #expect(refused.errors.hasPrefix("mien: in/x/b.pgm and in/y/b.pgm would both be written to out/b.pgm.jsonl; "))
        // The same file twice is once.
        #expect(try run(folder, ["image", "-q", "in/a.pgm", "in/../in/a.pgm", "--to", "twice"]).status == 0)
        #expect(try folder.list("twice") == ["a.jsonl"])
    }

    @Test("One bad file doesn't stop the rest, is listed at the end, and makes the status 65")
    func oneBad() throws {
        let folder = try pictures(["a.pgm", "c.pgm"])
        try folder.write(below: "in", "b.png", Array("no picture".utf8))
        let outcome = try run(folder, ["image", "-q", "in", "--to", "out"])
        #expect(outcome.status == 65)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("mien:   in/b.png: "))
        #expect(lines[2] == "mien: 1 of 3 inputs could not be read")
        #expect(try folder.list("out").sorted() == ["a.jsonl", "c.jsonl"])
    }

    @Test("An input whose own file can't be written doesn't stop the others, nor what is written of all")
    func ownFault() throws {
        let folder = try Folder()
        let made = try Program.shell(
            """
            cd '\(folder.path(""))'; picture='-f lavfi -i testsrc=d=1:s=64x48'
            ffmpeg -v error $picture -f lavfi -i sine=d=1 -c:v libx264 -c:a aac a.mp4
            ffmpeg -v error $picture -c:v libx264 b.mp4
            "$MIEN" video a.mp4 b.mp4 --each webm,jsonl --csv all.csv --stats s.json; echo $?; ls *.webm *.jsonl all.csv
            "$MIEN" video a.mp4 b.mp4 --each csv --resume --jsonl all.jsonl; echo $?
            """)
        #expect(made.errors.contains("webm takes no sound in aac"))
        #expect(made.errors.contains("all.jsonl is one file for all inputs"))
        #expect(made.lines.first == "1" && made.lines.last == "64", "\(made.output)")
        #expect(made.lines.contains("b.annotated.webm") && made.lines.contains("b.jsonl"), "\(made.output)")
    }

    @Test("Shares of the inputs are all of them, each once, and don't depend on where the folder lies")
    func shards() throws {
        let folder = try pictures((0..<60).map { "\($0).pgm" })
        let shares = try (1...3).map { number in
            try run(folder, ["image", "in", "--shard", "\(number)/3"]).frames().map(\.source)
        }
        #expect(shares.allSatisfy { (10...30).contains($0.count) })
        #expect(shares.flatMap(\.self).sorted() == (0..<60).map { "in/\($0).pgm" }.sorted())
        let elsewhere = try run(folder, ["image", folder.path("in"), "--shard", "2/3"]).frames().map(\.source)
        #expect(elsewhere == shares[1].map { folder.path($0) })
    }

    @Test("The files of a share are called what they are called in a run over all")
    func namesInShares() throws {
        let names = (0..<8).flatMap { ["\($0).pgm", "\($0).ppm"] }
        let folder = try pictures(names)
        for number in 1...3 {
            let outcome = try run(folder, ["image", "-q", "in", "--to", "out", "--shard", "\(number)/3"])
            #expect(outcome.status == 0)
        }
        #expect(try folder.list("out").sorted() == names.map { $0 + ".jsonl" }.sorted())
    }

    @Test("Ten thousand inputs are worked through, and a second run with --resume has nothing to do")
    func tenThousand() throws {
        let folder = try pictures((0..<10_000).map { "\($0 / 100)/\($0).pgm" })
        let outcome = try run(folder, ["image", "-q", "-r", "in", "--to", "out"])
        #expect((outcome.status, outcome.errors) == (0, ""))
        #expect(try folder.list("out", recursively: true).filter { $0.hasSuffix(".jsonl") }.count == 10_000)
        let again = try run(folder, ["image", "-r", "in", "--to", "out", "--resume"])
        #expect((again.status, again.errors) == (0, "mien: 10000 of 10000 inputs are done already\n"))
    }

    @Test(
        "Wrong usage has a status of its own",
        arguments: [
            ["image", "a", "--shard", "4/3"], ["image", "a", "--shard", "0/3"], ["image", "a", "--shard", "x"],
            ["image", "a", "--each", "jsonl,nonsense"], ["image", "a", "--each", ""], ["image", "a", "--resume"],
            ["image", "a", "--to", "x", "--retry"], ["image", "a", "--failures", ""],
            ["image", "a", "--jsonl", "-", "--failures", "-"], ["image", "a", "--to", ""], ["image", "-", "--to", "x"],
            ["video", "a", "b", "--vtt", "x"],
            ["video", "a", "--progress", "loud"],
        ])
    func usage(arguments: [String]) throws { #expect(try Program.run(arguments).status == 64) }

    @Test("An input that one of its own results would overwrite is refused")
    func overwriting() throws {
        let folder = try pictures(["a.pgm"])
        for name in [".a.partial.jsonl", ".a.mien.json"] {
            try folder.write(below: "in", name, Self.picture(0))
            let outcome = try run(folder, ["image", "in/a.pgm", "in/\(name)", "--each", "jsonl"])
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("in/\(name): the output would overwrite the input in/\(name)"))
            #expect(try folder.read("in/\(name)").hasPrefix("P5"))
        }
    }
}
