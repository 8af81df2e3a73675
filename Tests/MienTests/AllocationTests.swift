import CMienAllocations
import Mien
import Testing

/// The demo's pictures, so many of them, on one thread.
private final class CountedDemo: FrameSource {
    let name = "demo"
    let frameCount: Int? = nil
    private let demo: DemoSource

    init(frames: Int) throws {
        var options = DemoSource.Options()
        options.frames = frames
        (options.width, options.height) = (320, 180)
        demo = try DemoSource(options)
    }

    func read(into frame: inout Frame) throws(CaptureError) -> Bool { try demo.read(into: &frame) }
}

/// Takes results and keeps none.
private final class Counter: Sink {
    var faces = 0
    func begin(_ run: RunDescription) {}
    func write(_ result: borrowing FrameResult) { faces += result.faces.count }
    func finish() {}
}

@Suite("Memory")
struct AllocationTests {
    /// Pieces of memory for each frame of a recording with one face, once warm: the scans' (OpenCV's own, now and then)
    /// spread over the frames of a chunk. Lower it where fewer are needed; think twice before raising it.
    private static let threshold = 4.0

    @Test("a frame more costs no more pieces of memory than the threshold allows")
    func perFrame() throws {
        let pipeline = try Pipeline()
        func pieces(frames: Int) throws -> Int {
            let counter = Counter()
            let before = mien_allocations_of_thread()
            try pipeline.run(CountedDemo(frames: frames), into: [counter])
            let after = mien_allocations_of_thread()
            #expect(counter.faces >= frames)
            return after.made - before.made
        }
        // 8, 16 and then chunks of 48 frames: what two more of those cost, when all memory has been used before.
        _ = try pieces(frames: 72)
        let (short, long) = (try pieces(frames: 72), try pieces(frames: 72 + 96))
        let each = Double(long - short) / 96
        #expect(each <= Self.threshold, "\(each) pieces a frame")
    }
}
