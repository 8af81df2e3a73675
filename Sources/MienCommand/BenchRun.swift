import Glibc
import Mien
import MienNN

/// What it took to look at an input, added up over all rounds.
struct BenchRun {
    private var frames = 0
    private var framesWithFaces = 0
    private var faces = 0
    /// On the clock on the wall, and of all processors together.
    private var seconds = 0.0
    private var processorSeconds = 0.0
    private var stages = StageTimes()

    mutating func add(_ body: () throws -> RunSummary) rethrows {
        let (wall, processor) = (Self.clock(CLOCK_MONOTONIC), Self.clock(CLOCK_PROCESS_CPUTIME_ID))
        let summary = try body()
        seconds += Self.clock(CLOCK_MONOTONIC) - wall
        processorSeconds += Self.clock(CLOCK_PROCESS_CPUTIME_ID) - processor
        frames += summary.frames
        framesWithFaces += summary.framesWithFaces
        faces += summary.faces
        stages.add(summary.stages)
    }

    /// Processor seconds.
    var perFrame: Double { processorSeconds / Double(max(frames, 1)) }

    private func milliseconds(_ stage: Stage) -> Double { 1000 * stages[stage].seconds / Double(max(frames, 1)) }

    var text: String {
        let parts = Stage.allCases.map { "\($0) \(JSON.decimal(milliseconds($0), 3))" }.joined(separator: ", ")
        return
            "\(JSON.decimal(Double(frames) / seconds, 1)) frames a second, \(JSON.decimal(1000 * perFrame, 3)) ms of "
            + "processor time a frame (\(parts)), \(framesWithFaces) of \(frames) frames with a face"
    }

    var json: JSON {
        .object([
            "frames": .number(frames), "frames_with_faces": .number(framesWithFaces), "faces": .number(faces),
            "frames_per_second": .real(Double(frames) / seconds, digits: 2),
            "processor_ms_per_frame": .real(1000 * perFrame, digits: 4),
            "decode_ms": .real(milliseconds(.decode), digits: 4), "detect_ms": .real(milliseconds(.detect), digits: 4),
            "classify_ms": .real(milliseconds(.classify), digits: 4),
            "write_ms": .real(milliseconds(.write), digits: 4),
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

/// Processor time of the network alone, for a face, in milliseconds: the median of many calls on one thread.
struct NetworkTimes {
    let name: String
    private var one = 0.0
    private var sixteen = 0.0

    init(_ model: ExpressionModel) throws {
        name = model.name
        let context = try InferenceContext(model.network)
        for index in context.input.indices { context.input[index] = Float(index % 255) / 127 - 1 }
        one = try Self.median(context, batch: 1)
        sixteen = try Self.median(context, batch: 16)
    }

    private static func median(_ context: InferenceContext, batch: Int) throws -> Double {
        var times: [Double] = []
        for _ in 0..<(640 / batch) {
            let begun = BenchRun.clock(CLOCK_THREAD_CPUTIME_ID)
            try context.run(count: batch)
            times.append(1000 * (BenchRun.clock(CLOCK_THREAD_CPUTIME_ID) - begun) / Double(batch))
        }
        return times.sorted()[times.count / 2]
    }

    var text: String {
        "network \(name): \(JSON.decimal(one, 4)) ms a face alone, \(JSON.decimal(sixteen, 4)) ms in batches of 16"
    }

    var json: JSON { .object(["batch_1_ms": .real(one, digits: 5), "batch_16_ms": .real(sixteen, digits: 5)]) }
}
