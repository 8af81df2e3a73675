import ArgumentParser
import Glibc

/// What makes two names the same file.
struct FileIdentity: Hashable {
    private let device: dev_t
    private let number: ino_t

    /// Nil for what isn't there, and for what is no regular file: /dev/null may be written to twice.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        (device, number) = (status.st_dev, status.st_ino)
    }

    /// Throws where writing one of `outputs` would destroy an input or another output.
    static func refuseOverlap(outputs: [String], inputs: [String]) throws {
        for (index, output) in outputs.enumerated() {
            let identity = FileIdentity(output)
            func isSame(_ other: String) -> Bool {
                output == other && identity != nil || identity != nil && FileIdentity(other) == identity
            }
            if let input = inputs.first(where: isSame) {
                throw ValidationError("\(output): the output would overwrite the input \(input); choose another name")
            }
            if let other = outputs[..<index].first(where: { $0 == output || isSame($0) }), !output.hasPrefix("/dev/") {
                throw ValidationError("\(output): two outputs can't go to the same file \(other)")
            }
        }
    }
}
