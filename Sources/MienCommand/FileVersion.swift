import Glibc
import MienOutput
import MienSystem

/// What tells a file from what it was before, and from another put in its place.
struct FileVersion: Equatable {
    let bytes: Int
    let modified: Duration

    /// Of a regular file, links followed; nil where there is none. (`stat`)
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        bytes = Int(status.st_size)
        modified = .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }

    init(bytes: Int, modified: Duration) { (self.bytes, self.modified) = (bytes, modified) }
}

extension Duration {
    /// Seconds with nine digits after the point.
    var decimal: String {
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        // Of times before 1970 the parts have one sign.
        let digits = String(nanoseconds.magnitude)
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude).\(String(repeating: "0", count: 9 - digits.count))\(digits)"
    }

    /// As `decimal` gives it.
    init?(decimal text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 9, let seconds = Int(parts[0]),
            let nanoseconds = UInt32(parts[1])
        else { return nil }
        let part = Duration.nanoseconds(Int(nanoseconds))
        self = .seconds(seconds) + (text.hasPrefix("-") ? .zero - part : part)
    }
}

extension FailedInput {
    init(_ input: String, _ reason: String, canRetry: Bool, _ version: FileVersion?) {
        self.init(input, reason, canRetry: canRetry, file: version.map { ($0.bytes, $0.modified.decimal) })
    }
}
