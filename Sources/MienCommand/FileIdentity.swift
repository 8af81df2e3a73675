import ArgumentParser
import Glibc
import MienSystem

/// What makes two names the same file.
struct FileIdentity: Hashable {
    private let device: dev_t
    private let number: ino_t

    init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }

    /// Nil for what isn't there, and for what is no regular file (/dev/null may be written to twice), or no folder if that
    /// is what it should be.
    init?(_ path: String, isFolder: Bool = false) {
        var status = stat()
        // What comes through standard input may be a file, too.
        guard path == "-" ? fstat(STDIN_FILENO, &status) == 0 : stat(path, &status) == 0,
            status.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG)
        else { return nil }
        self.init(status)
    }

    private struct NewFile: Hashable {
        let folder: FileIdentity?
        /// In the folder, or all of it where there is none.
        let name: [UInt8]

        init(_ path: String) {
            let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            let folder = parts.count > 1 ? String(path.utf8.dropLast(parts[parts.count - 1].count)) : "."
            self.folder = folder.flatMap { FileIdentity($0, isFolder: true) }
            name = self.folder == nil ? Array(path.utf8) : Array(parts[parts.count - 1])
        }
    }

    /// Throws where writing one of `outputs` would destroy an input or another output.
    static func refuseOverlap(outputs: [String], inputs: [String]) throws {
        var taken: [FileIdentity: (name: String, isInput: Bool)] = [:]
        for input in inputs { if let identity = FileIdentity(input) { taken[identity] = (input, true) } }
        // Files that aren't there yet have only their names and their folders to be known by.
        var names: Set<NewFile> = []
        for output in outputs {
            let identity = FileIdentity(output)
            let other = identity.flatMap { taken[$0] }
            if let other, other.isInput {
                throw ValidationError(
                    "\(output): the output would overwrite the input \(other.name); choose another name")
            }
            let isNew = names.insert(NewFile(output)).inserted
            if other != nil || !isNew && !output.hasPrefix("/dev/") {
                throw ValidationError("\(output): two outputs can't go to the same file \(other?.name ?? output)")
            }
            if let identity { taken[identity] = (output, false) }
        }
    }
}
