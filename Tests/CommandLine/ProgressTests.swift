import Foundation
import Testing

/// How far a run has come, told while it runs.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct ProgressTests {
    private struct Progress: Decodable {
        var progress: Double?
        var input: String
        var inputs: Int
        var inputsDone: Int
        var frames: Int
        var seconds: Double
        var timesRealTime: Double?
    }

    private let clips = ["asl_eat.mkv", "two_walking.mp4"].map(Program.clip)

    @Test("Programs get JSON on standard error, from the first frame to the last, and results as ever")
    func json() throws {
        let outcome = try Program.run(["video"] + clips + ["--progress", "json"])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let all = try outcome.errors.split(separator: "\n").map {
            try decoder.decode(Progress.self, from: Data($0.utf8))
        }
        #expect(try outcome.frames().count == 82)
        #expect(all.map(\.frames) == all.map(\.frames).sorted() && all.first?.frames == 1)
        let last = try #require(all.last)
        #expect((last.progress, last.frames, last.inputs, last.inputsDone) == (1, 82, 2, 2))
        #expect(last.timesRealTime != nil)
        #expect(all.allSatisfy { clips.contains($0.input) && (0...1).contains($0.progress ?? -1) })
    }

    @Test("Quiet, elsewhere than on a terminal, and where none is wanted there is no progress")
    func silent() throws {
        #expect(try Program.run(["video", clips[0], "-q", "--progress", "json"]).errors == "")
        #expect(try Program.run(["video", clips[0]]).errors == "")
        let terminal = try Program.shell("script -qec \"$MIEN video --progress none \(clips[0]) --jsonl x\" /dev/null")
        #expect(!terminal.output.contains("frames/s"))
    }

    @Test("On a terminal a bar stands below what there is to read, and is gone in the end", .enabled(if: Tmux.isThere))
    func bar() throws {
        let terminal = try Tmux(columns: 100, rows: 24)
        try terminal.type(line: "$MIEN video \(Program.media.path()) no.mp4")
        try terminal.until { screen in
            let lines = screen.split(separator: "\n")
            return lines.contains { $0.contains(" s  face 1  ") } && lines.last?.contains(" frames/s") == true
        }
        let screen = try terminal.until { $0.contains("frames in ") }
        #expect(!screen.contains("frames/s"))
        #expect(screen.contains("no.mp4: no such file\n"))
        #expect(screen.contains("\n     0.00 s  face 1  "))
    }
}
