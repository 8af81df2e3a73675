import Glibc
import MienCapture
import MienSystem
import Synchronization

/// Streams from a camera for a while: what `mien devices --test` does.
struct CameraTest {
    let device: String?
    let options: CameraOptions
    let seconds: Double
    /// A file for the luma planes.
    let raw: String?

    struct Result {
        var name = ""
        var mode = ""
        var frames = 0
        var width = 0
        var height = 0
        /// Seconds from the opening to the first frame, and to the end.
        var untilFirst = 0.0
        var duration = 0.0
        /// The last frame's time; the first one's is 0.
        var last = 0.0
        var rises = true
        /// The worst way from the driver's stamp to here.
        var delay = 0.0
        var luma = 0.0
        var counters = CameraCounters()

        /// Frames a second by the frames' times.
        var rate: Double { frames > 1 ? Double(frames - 1) / last : 0 }
    }

    func run() throws -> Result {
        let file = try raw.map(Self.create)
        defer { if let file { fclose(file) } }
        Self.catchSignals()
        let start = Self.clock()
        let source = try options.source(device, interruption: ended) { event in tell("\(event)") }
        Self.wake(after: seconds)

        var result = Result()
        var frame = Frame()
        var sum = 0.0
        while try source.read(into: &frame) {
            if result.frames == 0 {
                result.untilFirst = Self.clock() - start
                Self.wake(after: seconds)
            } else {
                result.rises = result.rises && frame.time > result.last
            }
            result.last = frame.time
            result.frames += 1
            result.delay = max(result.delay, frame.arrival - frame.captured)
            (result.width, result.height) = (frame.luma.width, frame.luma.height)
            sum += Self.mean(frame)
            if let file { try write(frame, to: file) }
        }
        result.duration = Self.clock() - start
        result.luma = result.frames > 0 ? sum / Double(result.frames) : 0
        result.name = source.name
        if let camera = source as? CameraSource {
            let status = camera.status
            result.name = "\(status.camera.path)  \(status.camera.name)"
            result.mode = "\(status.mode.format) at \(JSON.decimal(status.mode.rate ?? 0, 2)) frames a second"
            result.counters = status.counters
        } else {
            result.counters.delivered = result.frames
        }
        if let warning = source.warning { tell(warning) }
        if let file, fflush(file) != 0 { throw unwritten }
        return result
    }

    private static func mean(_ frame: borrowing Frame) -> Double {
        var sum = 0
        for y in 0..<frame.luma.height { for sample in frame.luma.view.row(y) { sum += Int(sample) } }
        return Double(sum) / Double(max(1, frame.luma.width * frame.luma.height))
    }

    private func write(_ frame: borrowing Frame, to file: UnsafeMutablePointer<FILE>) throws {
        for y in 0..<frame.luma.height {
            let row = frame.luma.view.row(y)
            guard fwrite(row.baseAddress, 1, row.count, file) == row.count else {
                throw unwritten
            }
        }
    }

    private var unwritten: Failure {
        Failure(description: "cannot write \(raw ?? ""): \(String(cString: strerror(errno)))")
    }

    private static func create(_ path: String) throws -> UnsafeMutablePointer<FILE> {
        // Pictures are for the user alone to see.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, let file = fdopen(descriptor, "w") else {
            throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        fchmod(descriptor, 0o600)
        return file
    }

    /// The camera may give nothing: so the end of the time comes as a signal, too.
    private static func catchSignals() {
        // Made now: a signal handler must not be the one that does it.
        _ = ended
        var mask = sigset_t()
        sigemptyset(&mask)
        for number in [SIGALRM, SIGINT, SIGTERM] {
            signal(number) { number in
                if number != SIGALRM { endedBy.store(number, ordering: .relaxed) }
                ended.raise()
            }
            sigaddset(&mask, number)
        }
        // Who started this program may have blocked them.
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    /// The exit status that tells a shell which signal ended the test; nil if its time was over.
    static var signalStatus: Int32? {
        let number = endedBy.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }

    /// Has SIGALRM come after so many seconds. (`setitimer`)
    private static func wake(after seconds: Double) {
        var timer = itimerval()
        timer.it_value.tv_sec = Int(seconds)
        timer.it_value.tv_usec = max(1, Int((seconds - seconds.rounded(.down)) * 1e6))
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }

    private static func clock() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}

/// Raised when the test is over, or the user has had enough of it.
private let ended = MienCapture.Interruption()
private let endedBy = Atomic<Int32>(0)

extension CameraTest.Result {
    var text: String {
        """
        \(name)
          picture   \(width)x\(height)\(mode.isEmpty ? "" : ", " + mode)
          frames    \(frames), \(JSON.decimal(rate, 2)) a second, the first after \(JSON.decimal(untilFirst, 2)) s
          left out  \(counters.lost) lost in the driver, \(counters.flagged) marked as faulty, \
        \(counters.damaged) damaged, \(counters.stale) overtaken by a newer one
          times     \(rises ? "rise" : "DON'T RISE"); at most \(JSON.decimal(delay * 1000, 1)) ms from capture to here
          luma      \(JSON.decimal(luma, 1)) on average
        """
    }

    var json: JSON {
        .object([
            "name": .text(name), "mode": .text(mode), "width": .number(width), "height": .number(height),
            "frames": .number(frames), "rate": .real(rate, digits: 3), "first_after": .real(untilFirst, digits: 3),
            "duration": .real(duration, digits: 3), "lost": .number(counters.lost),
            "flagged": .number(counters.flagged), "damaged": .number(counters.damaged),
            "stale": .number(counters.stale), "times_rise": .flag(rises), "worst_delay": .real(delay, digits: 4),
            "luma": .real(luma, digits: 2),
        ])
    }
}
