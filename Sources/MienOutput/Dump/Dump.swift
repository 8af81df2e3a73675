import Glibc
public import Mien

/// A folder of labelled pictures: `frames/`, `faces/<label>/`, and lists of them as CSV, JSON Lines and COCO.
///
/// Each source's part of the lists is a file of its own as long as the dump grows, in the hidden folder `.parts`: those
/// that are whole are not made again. `finish` makes the lists out of them. All of it is readable by its owner alone.
public final class Dump {
    let folder: String
    let options: DumpOptions
    private var frames = 0
    private var faces = 0
    /// Which source each stem is of.
    private var owners: [String: String] = [:]

    /// Throws where the folder can't be made, and where there is a dump in it and `goesOn` is false.
    public init(to folder: String, _ options: DumpOptions, goesOn: Bool) throws(SinkError) {
        (self.folder, self.options) = (folder, options)
        if !goesOn, !options.overwrites, access("\(folder)/.parts", F_OK) == 0 {
            throw SinkError(
                "\(folder) holds a dump already: --resume goes on with it, --force writes it anew (or name another folder)"
            )
        }
        try Self.make(folder)
        try Self.make("\(folder)/.parts")
        if options.overwrites { for name in try Self.parts(in: folder) { unlink("\(folder)/.parts/\(name)") } }
    }

    /// What there is to say in the end.
    public var summary: String {
        let pictures = options.hasFrames ? "\(frames) \(frames == 1 ? "frame" : "frames") and " : ""
        return "\(folder): \(pictures)\(faces) \(faces == 1 ? "face" : "faces") written"
    }

    /// The part of the source of that name. Its pictures' names begin with `stem`, or where those of another source do,
    /// with that and a number.
    public func part(_ source: String, stem wanted: String) -> Part {
        // Names that would be taken for something else.
        let wanted =
            (wanted.isEmpty || wanted.hasPrefix(".") ? "_" : "") + wanted + (wanted.hasSuffix(Self.partial) ? "_" : "")
        var (stem, number) = (wanted, 1)
        while let owner = owners[stem] ?? owner(ofPart: stem), owner != source {
            number += 1
            stem = "\(wanted)-\(number)"
        }
        owners[stem] = source
        return Part(dump: self, source: source, stem: stem)
    }

    private func owner(ofPart stem: String) -> String? {
        let path = "\(folder)/.parts/\(stem)"
        return DumpRecords.source(of: path) ?? DumpRecords.source(of: path + Self.partial)
    }

    /// What comes from one source.
    public struct Part {
        let dump: Dump
        let source: String
        let stem: String

        /// Whether it is whole.
        public var isWhole: Bool { access(path, F_OK) == 0 }
        public func makeSink() throws(SinkError) -> any Sink { try DumpSink(self) }
        /// From now on it counts as whole.
        public func complete() throws(SinkError) {
            if rename(partialPath, path) != 0 { throw SinkError("cannot complete \(path)", code: errno) }
        }

        var path: String { "\(dump.folder)/.parts/\(stem)" }
        var partialPath: String { path + Dump.partial }
    }

    static let partial = ".partial"

    static func make(_ folder: String) throws(SinkError) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SinkError("cannot create \(folder)", code: errno) }
    }

    private static func parts(in folder: String) throws(SinkError) -> [String] {
        guard let stream = opendir("\(folder)/.parts") else {
            throw SinkError("cannot read \(folder)/.parts", code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func count(frames: Int, faces: Int) {
        self.frames += frames
        self.faces += faces
    }

    /// Makes the lists of all that is there, also of what was cut short.
    public func finish() throws(SinkError) {
        let lists = try DumpLists(in: folder, hasFrames: options.hasFrames)
        for name in try Self.parts(in: folder) {
            // One that was begun again after it was whole doesn't count twice.
            if name.hasSuffix(Self.partial), access("\(folder)/.parts/\(name.dropLast(Self.partial.count))", F_OK) == 0
            {
                continue
            }
            try DumpRecords.read("\(folder)/.parts/\(name)") { kind, bytes throws(SinkError) in
                try lists.add(kind, bytes)
            }
        }
        try lists.finish()
    }
}
