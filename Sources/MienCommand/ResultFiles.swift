import Glibc
import Mien
import MienOutput
import MienSystem

/// Files of its own for one input.
///
/// Until they are whole they have other names, in the same folder: a file with its own name can be relied upon. Several runs
/// may make the same files at the same time: each makes its own, and puts them in the place of the others'.
final class ResultFiles: InputResults {
    private let kinds: [OutputKind]
    private let names: ResultNames
    /// Whether there is a folder that is to be made where it is missing.
    private let makesFolder: Bool
    /// Those to be written now.
    private var wanted: [OutputKind]
    private var file: ResultRecord.Source?

    /// - Parameter stem: the files' path without their suffixes.
    init(_ kinds: [OutputKind], stem: String, makesFolder: Bool) {
        (self.kinds, wanted, self.makesFolder) = (kinds, kinds, makesFolder)
        names = ResultNames(stem: stem)
    }

    var haveVideo: Bool { kinds.contains(where: \.isVideo) }
    var paths: [String] { kinds.map(names.whole) }
    var hiddenPaths: [String] { kinds.map(names.kept) + [names.record] }
    private var partialPaths: [String] { wanted.map(names.partial) }

    func state(_ source: ResultRecord.Source, _ batch: BatchContext) -> ResultState {
        wanted = kinds
        guard let record = ResultRecord(at: names.record) else {
            let isThere = paths.contains { FileVersion($0) != nil }
            return .missing(reason: isThere ? "nothing says what they were made from" : nil)
        }
        let difference = record.difference(from: batch.provenance, source)
        if let failure = record.failure {
            // Whatever is asked of an input that can't be read.
            let isSame = record.source == source && record.provenance.version == batch.provenance.version
            return isSame ? .unreadable(failure) : .missing(reason: difference)
        }
        if let difference { return .missing(reason: difference) }
        let faults = kinds.map { fault(of: $0, in: record, batch) }
        wanted = zip(kinds, faults).compactMap { $1 == nil ? nil : $0 }
        return wanted.isEmpty ? .whole : .missing(reason: faults.lazy.compactMap(\.self).first { $0 != "" })
    }

    /// Why there is no such file to rely upon; empty where it has never been made.
    private func fault(of kind: OutputKind, in record: ResultRecord, _ batch: BatchContext) -> String? {
        guard let output = record.outputs.first(where: { $0.kind == kind.name }) else { return "" }
        if output.options != kind.options(batch.settings) { return "made with other options" }
        return FileVersion(names.whole(kind))?.bytes == output.bytes ? nil : "missing, or changed by others"
    }

    func makeSinks(
        for source: any FrameSource, _ file: ResultRecord.Source?, _ batch: BatchContext
    ) throws(SinkError) -> [any Sink] {
        self.file = file
        if makesFolder { try Self.makeFolder(names.folder) }
        var sinks: [any Sink] = []
        do throws(SinkError) {
            for (kind, path) in zip(wanted, partialPaths) {
                sinks.append(
                    try kind.make(OutputRequest(path: path, source: source, settings: batch.settings)))
            }
        } catch {
            discard(batch)
            throw error
        }
        batch.life.show(on: partialPaths)
        if let first = partialPaths.first { batch.leftovers.clear(besides: first) }
        return sinks
    }

    /// Gives them their names, now that they are whole; on the disk, too, so that a power cut leaves none that only seems
    /// to be.
    func complete(_ batch: BatchContext) throws(SinkError) {
        defer { batch.life.show(on: []) }
        // Where somebody has taken them away, another run may have been faster.
        if partialPaths.contains(where: { FileVersion($0) == nil }), let file, case .whole = state(file, batch) {
            return
        }
        for path in partialPaths {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SinkError("cannot complete \(path)", code: errno) }
            defer { close(descriptor) }
            // EINVAL: no kind of file that could be lost.
            guard fdatasync(descriptor) == 0 || errno == EINVAL else {
                throw SinkError("cannot complete \(path)", code: errno)
            }
        }
        let old = ResultRecord(at: names.record)
        // As long as files of two runs may stand side by side, nothing says that they belong together.
        unlink(names.record)
        var outputs: [ResultRecord.Output] = []
        for kind in wanted {
            let (partial, whole) = (names.partial(kind), names.whole(kind))
            let bytes = FileVersion(partial)?.bytes ?? 0
            guard rename(partial, whole) == 0 else { throw SinkError("cannot complete \(whole)", code: errno) }
            unlink(names.kept(kind))
            let name = String(whole.utf8.dropFirst(names.folder.utf8.count)) ?? whole
            outputs.append(
                ResultRecord.Output(
                    kind: kind.name, file: name, bytes: bytes, options: kind.options(batch.settings)))
        }
        guard let file else { return }
        // Other kinds of the same making stay what they are.
        for record in [ResultRecord(at: names.record), old].compactMap(\.self)
        where record.failure == nil && record.difference(from: batch.provenance, file) == nil {
            outputs += record.outputs.filter { other in !outputs.contains { $0.kind == other.kind } }
        }
        try write(ResultRecord(provenance: batch.provenance, source: file, outputs: outputs))
    }

    private func write(_ record: ResultRecord) throws(SinkError) {
        let output = try OutputFile(names.partialRecord)
        do throws(SinkError) {
            try output.append(line: record.json.line)
            try output.close()
        } catch {
            unlink(names.partialRecord)
            throw error
        }
        guard rename(names.partialRecord, names.record) == 0 else {
            throw SinkError("cannot complete \(names.record)", code: errno)
        }
    }

    func keep(_ batch: BatchContext) {
        let kept = wanted.filter { rename(names.partial($0), names.kept($0)) == 0 }.map(names.kept)
        if !batch.isQuiet, !kept.isEmpty { tell("what was found until then: \(kept.joined(separator: ", "))") }
        batch.life.show(on: [])
    }

    func discard(_ batch: BatchContext) {
        for path in partialPaths { unlink(path) }
        batch.life.show(on: [])
    }

    func note(failure: String, of file: ResultRecord.Source, _ batch: BatchContext) {
        do throws(SinkError) {
            if makesFolder { try Self.makeFolder(names.folder) }
            try write(ResultRecord(provenance: batch.provenance, source: file, failure: failure))
        } catch {
            // It is tried again, then.
        }
    }

    /// Makes `folder`, which may end in a slash, and the folders above it. (`mkdir`)
    static func makeFolder(_ folder: String) throws(SinkError) {
        let isSlashed = folder.utf8.count > 1 && folder.utf8.last == UInt8(ascii: "/")
        let path = isSlashed ? String(folder.utf8.dropLast()) ?? folder : folder
        guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        let parts = path.pathParts
        if errno == ENOENT, parts.count > 1 {
            try makeFolder((path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/"))
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        }
        throw SinkError("cannot create the folder \(path)", code: errno)
    }
}
