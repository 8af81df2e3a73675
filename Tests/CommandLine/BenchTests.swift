import Foundation
import Testing

@Suite("mien bench")
struct BenchTests {
    /// Pieces of memory that our own code may ask for, for each frame with one face, once warm. What there is comes from
    /// scans, which are few. Lower it where fewer are needed, and think twice before raising it.
    private static let ownAllocationsPerFrame = 0.5

    /// The counting library, whose own tests are those that link it.
    private static let hasCompiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

    private struct Report: Decodable {
        struct Run: Decodable {
            var frames: Int
            var framesWithFaces: Int
            var faces: Int
            var ownAllocationsPerFrame: Double?
            var latencyMs: [String: Double]?
        }
        var run: Run
        var plain: Run?
        var speedup: Double?
        var sharedFramesWithFaces: Int?
        var peakMemoryBytes: Int
    }

    private func report(_ line: String) throws -> Report {
        let outcome = try Program.shell(line)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(outcome.output.utf8))
    }

    @Test(
        "a frame costs our own code next to no memory beyond what it has",
        .enabled(if: Program.isBuilt && hasCompiler, Program.missing))
    func allocations() throws {
        let counter = Program.root.appending(path: "Tests/AllocationCounter").path()
        let found = try report(
            """
            set -e; so=$(mktemp /tmp/mien-allocations-XXXXXX.so); trap 'rm "$so"' EXIT
            cc -O2 -shared -fPIC -I "\(counter)/include" "\(counter)/allocations.c" -o "$so"
            LD_PRELOAD="$so" "$MIEN" bench --json --repeats 2
            """)
        let each = try #require(found.run.ownAllocationsPerFrame)
        #expect(each <= Self.ownAllocationsPerFrame)
        #expect(found.run.framesWithFaces == found.run.frames)
    }

    @Test(
        "the plain way is measured beside ours, and has no faces that ours lacks",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func plain() throws {
        let found = try report("\"$MIEN\" bench --json --plain '\(Program.clip("single_face.mp4"))'")
        #expect(found.run.frames == found.plain?.frames)
        #expect(found.plain?.framesWithFaces == found.sharedFramesWithFaces)
        #expect(found.run.ownAllocationsPerFrame == nil)
        #expect(found.run.latencyMs == nil)
        #expect(try #require(found.speedup) > 1)
    }

    @Test("latency is told where frames come live", .enabled(if: Program.isBuilt, Program.missing))
    func live() throws {
        let latency = try #require(try report("\"$MIEN\" bench --json --live").run.latencyMs)
        let figures = ["median", "p90", "p99", "largest"].compactMap { latency[$0] }
        #expect(figures.count == 4)
        #expect(figures == figures.sorted())
        #expect(try Program.run(["bench", "--live", "--plain"]).status == 64)
    }
}
