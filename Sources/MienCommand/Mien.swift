import ArgumentParser
import Glibc
import Mien
import MienOutput
import MienSystem

@main
struct MienTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mien",
        abstract: "Finds faces and says which of six expressions each shows.",
        discussion: """
            Results go to standard output, messages to standard error. Exit status: 0 done; 65 done, but for inputs that \
            could not be read; 1 it could not go on, or a result could not be written; 64 wrong usage; 128 + N ended in good \
            order by signal N.
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
        // As is a file that grows beyond what the shell allows (ulimit -f).
        signal(SIGXFSZ, SIG_IGN)
        TerminalState.restoreAtCrashes()
        do {
            let words = arguments
            try refuseUnknownSubcommand(words)
            var command = try parseAsRoot(words)
            try command.run()
            try flushOutput()
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

    /// What comes after the program's name. Swift's own would have U+FFFD in place of bytes that are no UTF-8, under which
    /// no file is found.
    private static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { String(fileName: $0) }
        }
    }

    /// The parser would take a subcommand's options for unknown ones of `mien`.
    private static func refuseUnknownSubcommand(_ arguments: [String]) throws {
        let words = arguments.drop { $0 == "help" }
        guard let word = words.first, !word.hasPrefix("-") else { return }
        let known = configuration.subcommands.map { $0._commandName }
        guard !known.contains(word) else { return }
        let closest = known.min { distance($0, word) < distance($1, word) }
        let advice =
            access(word, F_OK) == 0
            ? "; to look at a file: mien video \(word), or mien image \(word)"
            : closest.map { distance($0, word) <= 2 ? "; did you mean \"\($0)\"?" : "" } ?? ""
        throw ValidationError("there is no subcommand \"\(word)\"\(advice)")
    }

    /// How many letters have to be put in, taken out or changed. (Levenshtein)
    private static func distance(_ one: String, _ other: String) -> Int {
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (place, candidate) in other.enumerated() {
                let changed = diagonal + (letter == candidate ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(changed, row[place] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }

    /// What `print` has kept back so far. A reader that has gone is no failure.
    private static func flushOutput() throws {
        guard fflush(nil) != 0, errno != EPIPE else { return }
        throw Failure(description: "cannot write to standard output: \(String(cString: strerror(errno)))")
    }
}
