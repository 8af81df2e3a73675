import Foundation
import Testing

/// Raw frames on standard input, as `mien devices --test -` reads them.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct RawInputTests {
    @Test("frames are read to the end of the input, and a part of one there is told of")
    func frames() throws {
        let result = try Program.shell(
            "head -c 10250 /dev/zero | \"$MIEN\" devices --test - --size 64x32 --format grey --json")
        #expect(result.status == 0)
        #expect(result.output.contains("\"frames\":5,") && result.output.contains("\"width\":64,\"height\":32,"))
        #expect(result.errors.contains("the last 10 bytes"))
    }

    @Test(
        "a signal ends a wait for input that never comes, in good order",
        arguments: [("INT", Int32(130)), ("TERM", 143)])
    func signals(name: String, status: Int32) throws {
        // The shell keeps the pipe open; `timeout` sends the signal, and what can't be caught 10 s later.
        let result = try Program.shell(
            """
            pipe=$(mktemp -u) && mkfifo "$pipe" && exec 3<>"$pipe" && rm "$pipe"
            timeout --preserve-status --signal \(name) --kill-after 10 1 \
            "$MIEN" devices --test - --size 64x32 --format grey --seconds 60 <&3
            """)
        #expect(result.status == status)
        #expect(result.output.contains("frames    0"))
    }

    @Test("size and format have to be given, and the format to be one with frames of one size")
    func wrongUse() throws {
        let nothing = try Program.run(["devices", "--test", "-"])
        #expect(nothing.status == 64 && nothing.errors.contains("--size and --format"))
        let compressed = try Program.run(["devices", "--test", "-", "--size", "64x32", "--format", "mjpeg"])
        #expect(compressed.status == 1 && compressed.errors.contains("container"))
        let short = try Program.shell("echo | \"$MIEN\" devices --test - --size 64x32 --format grey")
        #expect(short.status == 1 && short.errors.contains("only 1 bytes came"))
    }

    @Test("live, every raw frame is looked at or counted as dropped, and JSON Lines go to a pipe")
    func live() throws {
        let folder = try Folder()
        let result = try Program.shell(
            "head -c 20480 /dev/zero | \"$MIEN\" live --device - --size 64x32 --format grey --stats \(folder.path("s"))"
        )
        #expect(result.status == 0 && result.errors == "")
        let frames = try result.frames()
        #expect(frames.allSatisfy { $0.source == "-" && ($0.width, $0.height) == (64, 32) && $0.faces.isEmpty })
        let statistics = try folder.read("s")
        let match = try #require(statistics.firstMatch(of: /"frames_dropped":(\d+),"frames_lost":0,/))
        let dropped = try #require(Int(match.1))
        #expect(frames.last?.frame == 9 && frames.count + dropped == 10)
    }

    @Test("a reader that goes ends a live run at once, though no frame comes to write")
    func closedPipe() throws {
        let result = try Program.shell(
            """
            pipe=$(mktemp -u) && mkfifo "$pipe" && exec 3<>"$pipe" && rm "$pipe"
            set -o pipefail
            timeout 20 "$MIEN" live --device - --size 64x32 --format grey <&3 | head -n 1
            """)
        #expect(result.status == 0 && result.lines.count == 1 && result.errors == "")
    }

    private static let hasCamera = FileManager.default.fileExists(atPath: "/dev/video0")

    @Test(
        "without a camera it says what was looked for, and what needs none",
        .enabled(if: !hasCamera, "there is a camera"))
    func noCamera() throws {
        let result = try Program.run(["live"])
        #expect(result.status == 1 && result.output == "")
        #expect(result.errors.contains("/dev/video*") && result.errors.contains("`mien demo` needs no camera"))
    }
}
