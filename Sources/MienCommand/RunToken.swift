import Glibc
import MienNN
import MienSystem

/// Tells one run from all others that ever write into a folder, from whichever machine.
struct RunToken: Equatable {
    /// A fingerprint of the machine since its start, and of what it calls a process: containers count for themselves.
    private let machine: Int
    private let process: pid_t
    /// When that began, in the kernel's ticks; 0 where it doesn't tell.
    private let start: Int

    /// This run's.
    static let own = {
        let process = getpid()
        return RunToken(machine: thisMachine, process: process, start: state(of: process)?.start ?? 0)
    }()

    private init(machine: Int, process: pid_t, start: Int) {
        (self.machine, self.process, self.start) = (machine, process, start)
    }

    /// As `text` gives it; nil for what is none.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count < 40, text == text.lowercased(), !text.contains("+"),
            let machine = Int(parts[0], radix: 36), let process = pid_t(parts[1], radix: 36), process > 0,
            let start = Int(parts[2], radix: 36)
        else { return nil }
        self.init(machine: machine, process: process, start: start)
    }

    var text: String {
        [machine, Int(process), start].map { String($0, radix: 36) }.joined(separator: "-")
    }

    /// Whether the run has come to its end; nil where that can't be told from here, since it is another machine's.
    var isOver: Bool? {
        guard machine == Self.own.machine else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return true }
        guard start > 0, let now = Self.state(of: process) else { return nil }
        // Another process has the number now, or it only waits for its parent to ask how it ended.
        return now.start != start || now.hasEnded
    }

    private static var thisMachine: Int {
        var space = [UInt8](repeating: 0, count: 64)
        let count = space.withUnsafeMutableBytes { space in
            space.bindMemory(to: CChar.self).baseAddress.map { readlink("/proc/self/ns/pid", $0, space.count) } ?? 0
        }
        guard let boot = shortFile("/proc/sys/kernel/random/boot_id"), count > 0 else {
            // No other run is on this machine, then.
            return Int.random(in: 0..<1 << 40)
        }
        return Int(Fingerprint.of(boot + space.prefix(count)) >> 24)
    }

    /// (proc_pid_stat(5): the third field and the 22nd; the second is a name in brackets that may hold anything)
    private static func state(of process: pid_t) -> (start: Int, hasEnded: Bool)? {
        guard let text = shortFile("/proc/\(process)/stat"), let name = text.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = String(decoding: text[(name + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, let start = Int(fields[19]) else { return nil }
        return (start, ["Z", "X"].contains(fields[0]))
    }

    private static func shortFile(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}
