import Glibc
import Logging

/// Says something to the user, on standard error.
func tell(_ message: String) {
    var line = "mien: \(message)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
