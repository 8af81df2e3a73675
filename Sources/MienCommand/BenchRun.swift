import Glibc
import Mien

/// What it took to look at an input, added up over all rounds.
struct BenchRun {
    private var frames = 0
    private var framesWithFaces = 0
    private var faces = 0
    /// On the clock on the wall, and of all processors together.
    private var seconds = 0.0
    private var processorSeconds = 0.0
    private var stages = StageTimes()
    /// Numbers of the frames with a face.
    private var withFaces: Set<Int> = []
    /// Seconds from the arrival of a live frame to its labels, of each.
    private var latencies: [Double] = []
    /// Pieces of memory asked for in the last round, a frame: by all, and by our own code; nil where nobody counts.
    private var allocations: (all: Double, own: Double)?

    /// Measures `body`, which notes each frame: its number, whether there is a face, and when it was taken, if live.
    mutating func add(_ body: (@escaping (Int, Bool, Double?) -> Void) throws -> RunSummary) rethrows {
        let (wall, processor) = (Self.clock(CLOCK_MONOTONIC), Self.clock(CLOCK_PROCESS_CPUTIME_ID))
        let notes = Notes()
        notes.latencies.reserveCapacity(1 << 12)
        let pieces = AllocationCount()
        let summary = try body { frame, hasFaces, captured in
            if hasFaces { notes.withFaces.insert(frame) }
            if let captured { notes.latencies.append(Self.clock(CLOCK_MONOTONIC) - captured) }
        }
        if let pieces, let now = AllocationCount() {
            let frames = Double(max(summary.frames, 1))
            allocations = (Double(now.all - pieces.all) / frames, Double(now.own - pieces.own) / frames)
        }
        withFaces.formUnion(notes.withFaces)
        latencies += notes.latencies
        seconds += Self.clock(CLOCK_MONOTONIC) - wall
        processorSeconds += Self.clock(CLOCK_PROCESS_CPUTIME_ID) - processor
        frames += summary.frames
        framesWithFaces += summary.framesWithFaces
        faces += summary.faces
        stages.add(summary.stages)
    }

    private final class Notes {
        var withFaces: Set<Int> = []
        var latencies: [Double] = []
    }

    /// On how many frames both have a face.
    func shared(with other: BenchRun) -> Int { withFaces.intersection(other.withFaces).count }

    /// The latency, in milliseconds, that this share of the frames doesn't exceed.
    private func latency(_ share: Double) -> Double {
        let sorted = latencies.sorted()
        return sorted.isEmpty ? .nan : 1000 * sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
    }

    /// Processor seconds.
    var perFrame: Double { processorSeconds / Double(max(frames, 1)) }

    private func milliseconds(_ stage: Stage) -> Double { 1000 * stages[stage].seconds / Double(max(frames, 1)) }

    var text: String {
        let parts = Stage.allCases.map { "\($0) \(JSON.decimal(milliseconds($0), 3))" }.joined(separator: ", ")
        let latency =
            latencies.isEmpty
            ? ""
            : ", latency \(JSON.decimal(latency(0.5), 1)) ms (99th percentile \(JSON.decimal(latency(0.99), 1)) ms), "
                + "\(JSON.decimal(100 * processorSeconds / seconds, 1)) % of a core"
        return
            "\(JSON.decimal(Double(frames) / seconds, 1)) frames a second, \(JSON.decimal(1000 * perFrame, 3)) ms of "
            + "processor time a frame (\(parts)), \(framesWithFaces) of \(frames) frames with a face\(latency)"
    }

    var json: JSON {
        .object([
            "frames": .number(frames), "frames_with_faces": .number(framesWithFaces), "faces": .number(faces),
            "frames_per_second": .real(Double(frames) / seconds, digits: 2),
            "processor_ms_per_frame": .real(1000 * perFrame, digits: 4),
            "decode_ms": .real(milliseconds(.decode), digits: 4), "detect_ms": .real(milliseconds(.detect), digits: 4),
            "classify_ms": .real(milliseconds(.classify), digits: 4),
            "write_ms": .real(milliseconds(.write), digits: 4),
            "processor_share": .real(processorSeconds / seconds, digits: 4),
            "latency_ms": latencies.isEmpty
                ? .null
                : .object([
                    "median": .real(latency(0.5), digits: 3), "p90": .real(latency(0.9), digits: 3),
                    "p99": .real(latency(0.99), digits: 3), "largest": .real(latency(1), digits: 3),
                ]),
            "allocations_per_frame": allocations.map { .real($0.all, digits: 2) } ?? .null,
            "own_allocations_per_frame": allocations.map { .real($0.own, digits: 2) } ?? .null,
        ])
    }

    static func clock(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }

    /// The most memory that this process has had resident so far, in bytes.
    static var peakMemory: Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}

/// How many pieces of memory the process has asked for so far.
private struct AllocationCount {
    let all: Int
    let own: Int

    /// Nil unless a library that counts was loaded before this program: Tests/AllocationCounter, as scripts/bench does.
    init?() {
        guard let all = Self.count("mien_allocations_of_process"), let own = Self.count("mien_allocations_of_program")
        else { return nil }
        (self.all, self.own) = (all, own)
    }

    private static func count(_ name: String) -> Int? {
        dlsym(nil, name).map { unsafeBitCast($0, to: (@convention(c) () -> Int).self)() }
    }
}
