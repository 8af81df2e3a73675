import ArgumentParser
import Glibc
import MienTraining

/// How many threads can compute at once here, at least 1: one for each processor that this process may run on (`taskset`),
/// and no more than the processor time that its control group gets (containers, systemd's CPUQuota).
let coreCount = Int(min(Double(usableProcessors), processorQuota?.rounded(.up) ?? .infinity))

/// More are of no use, and each takes memory for pictures and networks of its own.
let mostThreads = max(64, 4 * coreCount)

/// Throws where `--threads` asks for none, or for more than are of use.
func checkThreads(_ count: Int?) throws {
    guard let count, !(1...mostThreads).contains(count) else { return }
    throw ValidationError(
        "--threads \(count): from 1 to \(mostThreads), please; more than \(coreCount) \(coreCount == 1 ? "does" : "do") "
            + "nothing faster on this machine")
}

/// Of this process's mask. (proc(5), "Cpus_allowed" in /proc/self/status: hexadecimal digits, with commas)
private var usableProcessors: Int {
    let key = "Cpus_allowed:"
    let mask = text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix(key) }?.dropFirst(key.count)
    let count = mask?.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) } ?? 0
    return count > 0 ? count : max(sysconf(CInt(_SC_NPROCESSORS_ONLN)), 1)
}

/// The smallest share of processor time that this process's control group or one above it gets, in processors; nil where
/// none is limited. (cgroups(7); the kernel's cgroup-v2, "cpu.max", and cgroup-v1, "cpu.cfs_quota_us")
private var processorQuota: Double? {
    let groups = text("/proc/self/cgroup").split(separator: "\n").map {
        $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }
    let limits = groups.filter { $0.count == 3 }.flatMap { group -> [Double] in
        if group[1].isEmpty {
            return upwards(group[2]).compactMap { quota(text("/sys/fs/cgroup\($0)/cpu.max").split(separator: " ")) }
        }
        guard group[1].split(separator: ",").contains("cpu") else { return [] }
        return upwards(group[2]).compactMap { path in
            let folder = "/sys/fs/cgroup/cpu\(path)/cpu.cfs_"
            return quota([text(folder + "quota_us")[...], text(folder + "period_us")[...]])
        }
    }
    return limits.min()
}

/// A group's path and those above it: "/a/b", "/a", "". A container may show its own group as the first of all.
private func upwards(_ path: Substring) -> [Substring] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { count in
        count == 0 ? "" : "/" + parts.prefix(count).joined(separator: "/")[...]
    }
}

/// Of "max" or -1, which is no limit, or microseconds; and the period in microseconds.
private func quota(_ parts: [Substring]) -> Double? {
    let numbers = parts.map { Double($0.prefix { $0 != "\n" }) ?? 0 }
    return numbers.count == 2 && numbers.allSatisfy { $0 > 0 } ? numbers[0] / numbers[1] : nil
}

private func text(_ path: String) -> String { String(decoding: (try? File.read(path)) ?? [], as: UTF8.self) }
