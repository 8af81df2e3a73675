import CMienV4L2
import Glibc
import MienCapture
import MienImage
import Synchronization
import Testing

/// Events as they were reported, in short.
final class EventLog: Sendable {
    private let kinds = Mutex<[String]>([])

    var all: [String] { kinds.withLock { $0 } }

    @Sendable func note(_ event: CameraEvent) {
        let kind =
            switch event {
            case .disconnected: "disconnected"
            case .stalled: "stalled"
            case .failed: "failed"
            case .resumed: "resumed"
            }
        kinds.withLock { $0.append(kind) }
    }
}

/// A camera on a fake computer, being read.
final class Rig {
    let computer: FakeComputer
    let events = EventLog()
    let interruption = Interruption()
    var source: CameraSource?
    var frame = Frame()

    init(
        _ computer: FakeComputer = FakeComputer(), wanted: String? = nil,
        options: CameraSource.Options = CameraSource.Options()
    ) throws(CameraError) {
        self.computer = computer
        source = try CameraSource(
            wanted, options, interruption: interruption, calls: computer, report: events.note)
    }

    /// Reads so many frames and returns the first luma sample of each: the fake's sequence number.
    func read(_ count: Int) throws -> [Int] {
        try (0..<count).map { _ in
            guard try source?.read(into: &frame) == true else { return -1 }
            return Int(frame.luma.view.row(0)[0])
        }
    }

    /// Lets the camera go, and says what is left of it.
    func leaks() -> Int {
        source = nil
        return computer.world.leaks
    }
}

@Suite struct CameraStreamTests {
    @Test("frames arrive in order, numbered and timed by the driver from 0, and all is undone in reverse")
    func frames() throws {
        let rig = try Rig()
        #expect(rig.source?.status.mode.format.description == "YUYV")
        var times: [Double] = []
        for number in 0..<5 {
            #expect(try rig.read(1) == [number])
            #expect(rig.frame.number == number)
            #expect(abs(rig.frame.arrival - rig.frame.captured - 0.01) < 1e-5)
            times.append(rig.frame.time)
        }
        for (number, time) in times.enumerated() { #expect(abs(time - Double(number) / 30) < 1e-5) }
        #expect(rig.source?.status.counters.delivered == 5)
        #expect(rig.leaks() == 0)
        let log = rig.computer.world.log.drop { $0 != "S_FMT YUYV" }
        #expect(
            Array(log) == ["S_FMT YUYV", "REQBUFS 4"] + Array(repeating: "mmap", count: 4) + ["STREAMON", "STREAMOFF"]
                + Array(repeating: "munmap", count: 4) + ["REQBUFS 0", "close"])
        #expect(rig.events.all == [])
    }

    @Test(
        "a fault at the start that passes is survived, and leaves nothing behind",
        arguments: ["open", "S_FMT", "S_PARM", "REQBUFS", "QUERYBUF", "mmap", "QBUF", "STREAMON"])
    func passingFault(call: String) throws {
        let computer = FakeComputer()
        // The first `open` is that of the list of cameras.
        computer.change { $0.faults[call] = call == "open" ? [EINTR, EINTR] : [EIO] }
        let rig = try Rig(computer)
        #expect(try rig.read(3) == [0, 1, 2])
        #expect(rig.leaks() == 0)
    }

    @Test(
        "a fault at the start that stays ends it, with the request's name and the node, and leaves nothing behind",
        arguments: ["S_FMT", "S_PARM", "REQBUFS", "QUERYBUF", "mmap", "QBUF", "STREAMON", "ENUM_FMT"])
    func lastingFault(call: String) throws {
        let computer = FakeComputer()
        computer.change { $0.faults[call] = Array(repeating: EIO, count: 50) }
        let error = #expect(throws: CameraError.self) { try Rig(computer) }
        let text = error?.description ?? ""
        #expect(text.contains(call) && text.contains("/dev/video0") && text.contains("error"), "\(text)")
        #expect(computer.world.leaks == 0)
    }

    @Test("errors say what to do, and can be told apart")
    func advice() {
        func fails(_ call: String, _ error: Int32, holders: [String] = []) -> String {
            let computer = FakeComputer()
            computer.change {
                $0.faults[call] = Array(repeating: error, count: 9)
                $0.holders = holders
            }
            do { _ = try Rig(computer) } catch { return error.description }
            return "nothing"
        }
        #expect(fails("S_FMT", EBUSY, holders: ["firefox (process 47)"]).contains("used by firefox (process 47)"))
        #expect(fails("REQBUFS", EBUSY).contains("sudo fuser -v /dev/video0"))
        #expect(fails("STREAMON", ENOSPC).contains("--format mjpeg"))
        #expect(fails("open", EACCES).contains("usermod -aG video"))

        let computer = FakeComputer()
        computer.change { $0.faults["STREAMON"] = [EBUSY] }
        do {
            _ = try Rig(computer)
            Issue.record("started on a busy camera")
        } catch CameraError.busy {
        } catch {
            Issue.record("another error: \(error)")
        }
    }

    @Test("a driver whose lists have no end is listened to for a while, and then used as it is")
    func endlessLists() throws {
        let computer = FakeComputer()
        computer.change { $0.isEndless = true }
        let rig = try Rig(computer)
        #expect(try rig.read(2) == [0, 1])
        #expect(computer.world.requests < 50_000)
    }

    @Test("a driver that is always interrupted is not asked for ever")
    func interruptions() {
        let computer = FakeComputer()
        computer.change { $0.interruptions = .max }
        #expect(throws: CameraError.self) { try Rig(computer) }
        #expect(computer.world.requests < 50_000 && computer.world.leaks == 0)
        let patient = FakeComputer()
        patient.change { ($0.interruptions, $0.isEndless) = (90, true) }
        #expect(throws: Never.self) { try Rig(patient) }
        #expect(patient.world.requests < 600_000 && patient.world.leaks == 0)
    }

    @Test("a driver that offers pictures or buffers beyond all bounds is refused before anything is allocated")
    func excess() {
        for size in [(16384, 16384), (1 << 20, 1), (0, 48)] {
            let computer = FakeComputer()
            computer.change { $0.formats = [("YUYV", size, 64 * 48 * 2)] }
            let error = #expect(throws: CameraError.self) { try Rig(computer) }
            #expect(error?.code == .unsupported && computer.world.leaks == 0)
        }
        let computer = FakeComputer()
        computer.change { $0.bufferCount = .max }
        let error = #expect(throws: CameraError.self) { try Rig(computer) }
        #expect(error?.code == .unsupported && computer.world.leaks == 0)
    }

    @Test("EINTR and EAGAIN are no faults", arguments: ["S_FMT", "QBUF", "DQBUF", "STREAMON", "QUERYCAP"])
    func interrupted(call: String) throws {
        let computer = FakeComputer()
        computer.change { $0.faults[call] = [EINTR, EINTR] }
        let rig = try Rig(computer)
        computer.change { $0.faults["DQBUF"] = [EAGAIN, EINTR] }
        #expect(try rig.read(2).count == 2)
        #expect(rig.events.all == [])
        #expect(rig.leaks() == 0)
    }

    @Test("frames lost in the driver, marked as faulty or not whole are counted, and the rest is delivered")
    func counters() throws {
        let rig = try Rig()
        var faulty = FakeComputer.Picture()
        faulty.flags |= UInt32(V4L2_BUF_FLAG_ERROR)
        var short = FakeComputer.Picture()
        short.missing = 1
        var gap = FakeComputer.Picture()
        gap.lost = 3
        rig.computer.change { $0.pictures = [.init(), faulty, short, gap, .init()] }
        #expect(try rig.read(3) == [0, 6, 7])
        let counters = rig.source?.status.counters
        #expect(counters?.lost == 3)
        #expect(counters?.flagged == 1)
        #expect(counters?.damaged == 1)
        #expect(counters?.delivered == 3)
        #expect(rig.frame.number == 2)
    }

    @Test("the driver's count may wrap around")
    func wrappingSequence() throws {
        let computer = FakeComputer()
        computer.change { $0.sequence = .max - 1 }
        let rig = try Rig(computer)
        #expect(try rig.read(4) == [254, 255, 0, 1])
        #expect(rig.source?.status.counters.lost == 0)
    }

    @Test("a slow reader gets the newest frame, and those before are counted")
    func newestWins() throws {
        let rig = try Rig()
        rig.computer.change { $0.backlog = 3 }
        #expect(try rig.read(2) == [2, 5])
        #expect(rig.source?.status.counters.stale == 4)
        #expect(rig.source?.status.counters.lost == 0)
    }

    @Test("a stamp that can't be meant is replaced by the time of arrival, and times rise all the same")
    func nonsenseStamps() throws {
        let rig = try Rig()
        var zero = FakeComputer.Picture()
        zero.stampError = -100
        var future = FakeComputer.Picture()
        future.stampError = 1000
        var otherClock = FakeComputer.Picture()
        otherClock.flags = 0
        var back = FakeComputer.Picture()
        back.stampError = -0.2
        rig.computer.change { $0.pictures = [.init(), zero, .init(), future, otherClock, back] }
        var last = -1.0
        for _ in 0..<8 {
            _ = try rig.read(1)
            #expect(rig.frame.time > last && rig.frame.time < 1)
            last = rig.frame.time
        }
    }

    @Test("an interruption ends a read that waits, and every later one")
    func interruption() throws {
        let rig = try Rig()
        #expect(try rig.read(1) == [0])
        let interruption = rig.interruption
        rig.computer.change { world in
            world.isFrozen = true
            world.schedule = [(world.time + 1, { _ in interruption.raise() })]
        }
        #expect(try rig.read(2) == [-1, -1])
        #expect(rig.leaks() == 0)
    }
}
