import ArgumentParser
import Glibc
import Mien
import MienOutput

@main
struct MienTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mien",
        abstract: "Finds faces and says which of six expressions each shows.",
        discussion: """
            Results go to standard output, messages to standard error. Exit status: 0 done, 1 failed, 64 wrong usage, \
            128 + N ended in good order by signal N.
            """,
        version: "mien \(mienVersion)",
        subcommands: [
            Live.self, Video.self, Image.self, DumpCommand.self, Demo.self, Devices.self, Train.self, TrainAligner.self,
            Evaluate.self,
            Bench.self,
        ])

    /// ArgumentParser's own, but that failures are reported as the rest of the program does it.
    static func main() {
        // A reader that goes away is found out by the write that fails.
        signal(SIGPIPE, SIG_IGN)
        TerminalState.restoreAtCrashes()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let status = exitCode(for: error)
            // Help and version are no failures, and where a status is all, the rest has been said.
            if error is ExitCode || status == .success { exit(withError: error) }
            let message = status == .validationFailure ? fullMessage(for: error) : "\(error)"
            let lines = (message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message).split(
                separator: "\n", omittingEmptySubsequences: false)
            tell(String(lines[0]))
            for line in lines.dropFirst() { writeToStandardError("\(line)\n") }
            exit(withError: status)
        }
    }
}
