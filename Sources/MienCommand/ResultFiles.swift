import Glibc
import Mien
import MienOutput
import MienSystem

/// Where the results of one input go.
protocol InputResults {
    /// The names of its files in the end and until then, which no input may have.
    var paths: [String] { get }
    var partialPaths: [String] { get }
    /// Whether a video is among them.
    var haveVideo: Bool { get }
    /// Whether all is there already.
    func areWhole(for input: Input) -> Bool
    /// Opens what is to be written.
    func makeSinks(for source: any FrameSource, _ settings: OutputSettings) throws(SinkError) -> [any Sink]
    /// All is written, of the whole input.
    func complete() throws(SinkError)
    /// Nothing was written.
    func discard()
}

/// Files of its own for one input.
///
/// Until they are whole they have another name, in the same folder: a file with its own name can be relied upon.
struct ResultFiles: InputResults {
    private let files: [(kind: OutputKind, stem: String)]
    var haveVideo: Bool { files.contains { $0.kind.isVideo } }
    /// A folder that is to be there for them, made where it is missing.
    private let folder: String?

    /// - Parameter stem: the files' path without their suffixes.
    init(_ kinds: [OutputKind], stem: String, folder: String?) {
        files = kinds.map { ($0, stem) }
        self.folder = folder
    }

    /// The names that they have in the end, and those that they have until then.
    var paths: [String] { files.map { $0.stem + $0.kind.suffix } }
    var partialPaths: [String] { files.map { $0.stem + $0.kind.partialSuffix } }

    /// Whether all are there, and none is older than `input`.
    func areWhole(for input: Input) -> Bool {
        guard let time = Self.modificationTime(input.path) else { return false }
        return paths.allSatisfy { path in Self.modificationTime(path).map { $0 >= time } ?? false }
    }

    /// Opens all of them, under the names that they have until they are whole.
    func makeSinks(
        for source: any FrameSource, _ settings: OutputSettings
    ) throws(SinkError) -> [any Sink] {
        if let folder { try Self.makeFolder(folder) }
        var sinks: [any Sink] = []
        for (file, path) in zip(files, partialPaths) {
            sinks.append(try file.kind.make(OutputRequest(path: path, source: source, settings: settings)))
        }
        return sinks
    }

    /// Gives them their names, now that they are whole; on the disk, too, so that a power cut leaves none that only seems
    /// to be.
    func complete() throws(SinkError) {
        for path in partialPaths {
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw SinkError("cannot complete \(path)", code: errno) }
            defer { close(file) }
            // EINVAL: no kind of file that could be lost.
            guard fdatasync(file) == 0 || errno == EINVAL else {
                throw SinkError("cannot complete \(path)", code: errno)
            }
        }
        for (partial, path) in zip(partialPaths, paths) where rename(partial, path) != 0 {
            throw SinkError("cannot complete \(path)", code: errno)
        }
    }

    /// Takes away what nothing has been written to.
    func discard() { for path in partialPaths { unlink(path) } }

    /// Makes `path` and the folders above it. (`mkdir`)
    static func makeFolder(_ path: String) throws(SinkError) {
        guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if errno == ENOENT, parts.count > 1 {
            try makeFolder((path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/"))
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        }
        throw SinkError("cannot create the folder \(path)", code: errno)
    }

    static func modificationTime(_ path: String) -> Duration? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }
}
