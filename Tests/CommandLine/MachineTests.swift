import Foundation
import Testing

/// What a machine, or who shares it out, gives to the program: processors and memory.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct MachineTests {
    private static let hasSeveral = ProcessInfo.processInfo.activeProcessorCount > 1
    private static let single: Comment = "this machine has one processor"
    /// What asks for more threads than any machine has, and so is told how many are of use.
    private static let ask = "\"$MIEN\" demo --threads 9999999"

    @Test("Processors that may not be used are not counted on", .enabled(if: hasSeveral, single))
    func affinity() throws {
        let first = "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"
        let outcome = try Program.shell("taskset -c \(first) \(Self.ask)")
        #expect(
            outcome.errors.hasPrefix("mien: --threads 9999999: from 1 to 64, please; more than 1 does nothing faster"))
    }

    @Test(
        "Nor is processor time that a container doesn't get", .enabled(if: hasSeveral && Disk.canMount, Disk.missing),
        arguments: [
            ("cpu.max", "100000 100000"), ("cpu.max", "20000 100000"), ("cpu/cpu.cfs_quota_us", "100000"),
            ("cpu.max", "max 100000"), ("cpu/cpu.cfs_quota_us", "-1"),
        ])
    func quota(file: String, limit: String) throws {
        let outcome = try Program.shell(
            """
            unshare --user --map-root-user --mount bash -c 'mount -t tmpfs none /sys/fs/cgroup || exit 1
            mkdir /sys/fs/cgroup/cpu; echo 100000 > /sys/fs/cgroup/cpu/cpu.cfs_period_us
            echo "\(limit)" > /sys/fs/cgroup/\(file); \(Self.ask)'
            """)
        let isLimited = !limit.hasPrefix("max") && !limit.hasPrefix("-1")
        #expect(outcome.errors.contains("more than 1 does") == isLimited, "\(outcome.errors)")
    }

    @Test(
        "Too little memory for a library is not taken for a missing library",
        .enabled(if: Program.hasMedia, Program.missingMedia))
    func memory() throws {
        let outcome = try Program.shell(
            """
            for ((limit = 100000; limit < 600000; limit += 20000)); do
                (ulimit -v $limit -c 0; "$MIEN" video -q "$1" --csv /dev/null 2>&1) 2>/dev/null
            done
            """, [Program.clip("no_face.mp4")])
        #expect(outcome.output.contains("too little memory: free some, or raise the limit (ulimit -v)"))
        #expect(!outcome.output.contains("apt install"), "\(outcome.output)")
    }
}
