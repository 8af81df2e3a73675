import Foundation
import Testing

/// Whatever is wrong gives one clear line on standard error and the right status.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct WrongInputTests {
    /// Runs the program, which must fail with one line that holds `words`.
    private func expectFailure(
        _ arguments: [String], _ words: String..., status: Int32 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == status, sourceLocation: sourceLocation)
        let lines = outcome.errors.split(separator: "\n")
        if status != 64 { #expect(lines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation) }
        #expect(outcome.errors.hasPrefix("mien: "), "\(outcome.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test("No such file", arguments: ["video", "image"])
    func missing(command: String) throws {
        try expectFailure([command, "/nowhere/talk.mp4"], "/nowhere/talk.mp4: no such file", status: 65)
    }

    @Test(
        "An address on the network is refused, with the pipe that brings it; that of a file, with the file",
        arguments: ["video", "image"])
    func addresses(command: String) throws {
        for address in ["https://example.org/watch?v=1", "rtsp://camera.local:554/stream", "HTTP://x/[a].mp4"] {
            try expectFailure(
                [command, address], "mien: \(address): mien opens no network, on purpose",
                "ffmpeg -i '\(address)' -c copy -f matroska - | mien video -\n", status: 65)
        }
        try expectFailure(
            [command, "s3://bucket/talk.mp4"], "aws s3 cp 's3://bucket/talk.mp4' - | mien video -\n", status: 65)
        try expectFailure(
            [command, "file:///nowhere/talk.mp4"], "name the file itself: /nowhere/talk.mp4\n", status: 65)
        try expectFailure(["live", "--device", "rtsp://camera/1"], "| mien video -")
        try expectFailure([command, "a b://c"], "a b://c: no such file\n", status: 65)
    }

    @Test("A text file, an empty file and a directory", arguments: ["video", "image"])
    func noRecording(command: String) throws {
        let folder = try Folder()
        let text = try folder.write("notes.txt", Array(repeating: "Nothing to see here.\n", count: 50).joined().utf8)
        try expectFailure([command, text], text, status: 65)
        let empty = try folder.write("empty.mp4", [])
        try expectFailure([command, empty], empty, status: 65)
        let nothing = try Folder()
        try expectFailure([command, nothing.path("")], "no such files in this folder", status: 65)
    }

    @Test("A picture of a single pixel")
    func tiny() throws {
        let folder = try Folder()
        let dot = try folder.write("dot.pgm", "P5 1 1 255\n\u{7f}".utf8)
        try expectFailure(["image", dot], dot, "1x1", "too small", status: 65)
    }

    @Test("A picture of 20 megapixels is looked at, in little time and memory")
    func large() throws {
        let folder = try Folder()
        let picture = try folder.write(
            "large.pgm", Array("P5 5472 3648 255\n".utf8) + [UInt8](repeating: 90, count: 5472 * 3648))
        let frames = try Program.run(["image", picture]).frames()
        #expect(frames.map(\.width) == [5472])
        #expect(frames.map(\.faces.count) == [0])
    }

    @Test("A file that is no cascade, and one that isn't there")
    func cascade() throws {
        let folder = try Folder()
        let text = try folder.write("notes.xml", "Nothing to see here.\n".utf8)
        try expectFailure(["demo", "-q", "--frames", "1", "--cascade", text], "cannot use the cascade \(text)")
        try expectFailure(["demo", "-q", "--frames", "1", "--cascade", "/nowhere.xml"], "/nowhere.xml", "No such file")
    }

    @Test("A file that is no model, and one that isn't there")
    func model() throws {
        let folder = try Folder()
        let text = try folder.write("notes.onnx", "Nothing to see here.\n".utf8)
        try expectFailure(["demo", "-q", "--frames", "1", "--model", text], "cannot use the model \(text)")
        try expectFailure(["demo", "-q", "--frames", "1", "--model", "/nowhere.onnx"], "/nowhere.onnx", "No such file")
    }

    @Test("A model that is cut short")
    func cutModel() throws {
        let model = Program.root.appending(path: "models/report.onnx")
        let bytes = try Data(contentsOf: model)
        let folder = try Folder()
        for share in [2, 3, 10] {
            let cut = try folder.write("cut.onnx", bytes.prefix(bytes.count / share))
            try expectFailure(["demo", "-q", "--frames", "1", "--model", cut], "cannot use the model \(cut)")
        }
    }

    @Test(
        "A recording cut in the middle: the frames before are there, then a message",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func cutRecording() throws {
        let folder = try Folder()
        let bytes = try Data(contentsOf: URL(filePath: Program.clip("asl_eat.mkv")))
        let cut = try folder.write("cut.mkv", bytes.prefix(bytes.count / 2))
        let outcome = try Program.run(["video", cut])
        #expect(outcome.status == 65)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.hasPrefix("mien: \(cut)"))
        let frames = try outcome.frames()
        #expect((10...46).contains(frames.count))
        #expect(frames.map(\.frame) == Array(frames.indices))
    }

    @Test(
        "A recording whose index at its end is missing is refused",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func noIndex() throws {
        let folder = try Folder()
        let bytes = try Data(contentsOf: URL(filePath: Program.clip("single_face.mp4")))
        let cut = try folder.write("cut.mp4", bytes.prefix(bytes.count / 2))
        try expectFailure(["video", cut], cut, "index", status: 65)
    }

    @Test(
        "One bad input among several doesn't lose the others",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func oneBad() throws {
        let names = ["astronaut.png", "multi_face.jpg"].map(Program.clip)
        let outcome = try Program.run(["image", names[0], "/nowhere.png", names[1]])
        #expect(outcome.status == 65)
        #expect(
            outcome.errors == """
                mien: /nowhere.png: no such file
                mien:   /nowhere.png: no such file
                mien: 1 of 3 inputs could not be read\n
                """)
        #expect(try outcome.frames().map(\.source) == names)
    }

    @Test("Where no input can be opened, no output is touched")
    func untouched() throws {
        let folder = try Folder()
        let precious = "{\"mien\":\"0\",\"model\":\"mien\",\"classes\":[\"happy\"]}\n"
        let output = try folder.write("out.jsonl", precious.utf8)
        try expectFailure(["video", "/nowhere.mp4", "--jsonl", output], "/nowhere.mp4", status: 65)
        #expect(try folder.read("out.jsonl") == precious)
    }

    @Test("An output that is an input, or another output, is refused before anything is lost")
    func overwriting() throws {
        let folder = try Folder()
        let file = try folder.write("talk.mp4", "precious\n".utf8)
        let link = folder.path("link.mp4")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        for output in [file, link] {
            try expectFailure(["video", file, "--jsonl", output], "overwrite", status: 64)
            try expectFailure(["video", link, "--stats", output], "overwrite", status: 64)
        }
        let piped = try Program.shell("\"$MIEN\" video - --csv '\(file)' <'\(file)'")
        #expect(piped.status == 64 && piped.errors.contains("overwrite"))
        #expect(try folder.read("talk.mp4") == "precious\n")
        let new = folder.path("new")
        for other in [new, folder.path("./new"), folder.path("") + "//new"] {
            try expectFailure(["demo", "--frames", "1", "--jsonl", new, "--csv", other], "same file", status: 64)
        }
    }

    @Test(
        "A subcommand that isn't there is refused, with what may have been meant",
        arguments: [
            (["vidoe", "a.mp4", "--out", "b.mp4"], "did you mean \"video\"?"),
            (["help", "lvie"], "did you mean \"live\"?"),
            (["/etc/passwd"], "mien video /etc/passwd"), (["nonsense"], "there is no subcommand \"nonsense\"\n"),
        ])
    func subcommands(arguments: [String], message: String) throws {
        try expectFailure(arguments, message, status: 64)
    }

    @Test("A camera's test without a picture has failed, and so has a list that can't be written")
    func devices() throws {
        let silent = try Program.shell("\"$MIEN\" devices - --test --size 64x48 --format grey </dev/null")
        #expect((silent.status, silent.errors) == (1, "mien: -: no picture has come\n"))
        try expectFailure(["devices", "--test", "--raw", "-"], "--raw", status: 64)
        let full = try Program.shell("\"$MIEN\" devices --json >/dev/full")
        #expect(full.status == 1)
        #expect(full.errors.contains("cannot write to standard output: No space left on device"))
        let unknown = try Program.shell("\"$MIEN\" live --device - --size 64x48 --format bgra </dev/null")
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("frames of bgra aren't known here; known are grey, "))
        let nowhere = try Program.run(["demo", "--frames", "1", "--virtual-camera", "/nowhere"])
        #expect(nowhere.status == 1 && nowhere.errors.contains("sudo modprobe v4l2loopback"), "\(nowhere.errors)")
        try expectFailure(["live", "--device", "./nowhere"], "./nowhere: open: no such file")
    }

    @Test("A preview that can't be shown is said to be missing")
    func preview() throws {
        let outcome = try Program.run(["demo", "--frames", "2", "--preview"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("no --preview: it needs a terminal"))
    }

    @Test(
        "Wrong usage has a status of its own",
        arguments: [
            ["video"], ["nonsense"], ["demo", "--nonsense"], ["demo", "--frames", "0"], ["demo", "--frames", "many"],
            ["demo", "--seconds", "-1"], ["demo", "--scale-factor", "1"], ["demo", "--scale-factor", "nan"],
            ["demo", "--neighbours", "0"], ["demo", "--min-face", "90", "--max-face", "80"],
            ["demo", "--threads", "0"], ["demo", "--threads", "2000"],
            ["demo", "-v", "-q"], ["demo", "--jsonl", "-", "--csv", "-"], ["demo", "--jsonl", ""],
        ])
    func usage(arguments: [String]) throws {
        try expectFailure(arguments, status: 64)
    }

    @Test("Help and version go to standard output")
    func help() throws {
        let help = try Program.run(["--help"])
        #expect((help.status, help.errors) == (0, ""))
        for command in ["video", "image", "demo"] { #expect(help.output.contains("\n  \(command) ")) }
        let version = try Program.run(["--version"])
        #expect((version.status, version.errors) == (0, ""))
        #expect(version.output.hasPrefix("mien "))
    }
}
