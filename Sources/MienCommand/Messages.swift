import Glibc
import Logging
import MienOutput
import MienSystem
import Synchronization

/// Says something to the user, on standard error; while a readout has the terminal, there, and on standard error once it
/// has given that back.
///
/// A line, whatever stands in it: names of files may hold line feeds, sequences that terminals obey, and bytes that are no
/// text.
func tell(_ message: String) {
    let message = message.isPrintable ? message : String(message.unicodeScalars.map(\.printable).joined())
    let line = "mien: \(message)\n"
    let isHeld = diversion.withLock { diversion in
        diversion?.readout.say(message)
        guard diversion != nil, isatty(STDERR_FILENO) == 1 else { return false }
        diversion?.hold(line)
        return true
    }
    if !isHeld { writeToStandardError(line) }
}

/// What can't be done, in one line, where no module has an error of its own for it.
struct Failure: Error, CustomStringConvertible { let description: String }

extension String {
    fileprivate var isPrintable: Bool { unicodeScalars.allSatisfy { !$0.isControl && $0.foreignByte == nil } }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }

    /// As Swift would write it in a literal where it is a control character, as C would where it stands for a byte, otherwise
    /// itself.
    fileprivate var printable: String {
        if let foreignByte { return "\\x" + String(foreignByte, radix: 16, uppercase: true) }
        return isControl ? escaped(asASCII: true) : String(self)
    }
}

/// Where messages go while the terminal is drawn on, and what is to be said again afterwards.
private struct Diversion {
    let readout: LiveReadout
    private(set) var held: [String] = []

    mutating func hold(_ line: String) {
        held.append(line)
        // Of a run of days the last will do.
        if held.count > 20 { held.removeFirst() }
    }
}

private let diversion = Mutex<Diversion?>(nil)

/// From here on messages go to `readout`.
func divertMessages(to readout: LiveReadout) { diversion.withLock { $0 = Diversion(readout: readout) } }

/// The readout has given the terminal back.
func releaseMessages() {
    for line in diversion.withLock({ $0.take()?.held ?? [] }) { writeToStandardError(line) }
}

/// What stands at the foot of the terminal, below all messages.
private let status = Mutex<String?>(nil)

/// Moves to the start of the line and empties it.
private let clearLine = "\r\u{1B}[K"

/// Shows `line`, which has no line feed, at the foot of the terminal that standard error is, or takes it away.
func showStatus(_ line: String?) {
    status.withLock { status in
        if line != nil || status != nil { put(clearLine + (line ?? "")) }
        status = line
    }
}

/// Writes whole lines, above the one at the foot.
func writeToStandardError(_ lines: String) {
    status.withLock { status in put(status.map { clearLine + lines + $0 } ?? lines) }
}

private func put(_ text: String) {
    var text = text
    // Nothing is lost where nobody can read it.
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// How much the user wants to hear.
enum Verbosity {
    /// Failures only.
    case quiet
    case normal
    /// What the program does, too.
    case verbose

    /// Sends the log of all modules to standard error.
    func startLog() {
        let level: Logger.Level =
            switch self {
            case .quiet: .error
            case .normal: .warning
            case .verbose: .debug
            }
        LoggingSystem.bootstrap { _ in StandardErrorLog(logLevel: level) }
    }
}

/// The log as lines on standard error.
private struct StandardErrorLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { tell("\(event.message)") }
}
