import Glibc
public import Mien
import MienSystem
import MienVision

/// A folder of labelled pictures: `frames/`, `faces/<label>/`, and lists of them as CSV, JSON Lines and COCO.
///
/// Each source's part of the lists is a file of its own as long as the dump grows, in the hidden folder `.parts`: those
/// that are whole are not made again. `finish` makes the lists out of them. All of it is readable by its owner alone.
public final class Dump {
    let folder: String
    let options: DumpOptions
    /// Whether there was none before, so that pictures of its names are others'.
    let isNew: Bool
    private var frames = 0
    private var faces = 0
    /// Which source each stem is of; as bytes, since Strings of other bytes may be equal (an accent apart from its letter).
    private var owners: [[UInt8]: [UInt8]] = [:]

    /// Throws where the folder can't be made, and where there is a dump in it and `goesOn` is false.
    public init(to folder: String, _ options: DumpOptions, goesOn: Bool) throws(SinkError) {
        (self.folder, self.options) = (folder, options)
        isNew = access("\(folder)/.parts", F_OK) != 0
        if !goesOn, !options.overwrites, !isNew {
            throw SinkError(
                "\(folder) holds a dump already: --resume goes on with it, --force writes it anew (or name another folder)"
            )
        }
        try Self.make(folder)
        try Self.make("\(folder)/.parts")
        if options.overwrites { try empty() }
        try checkOptions()
    }

    /// Takes away the pictures of the dump that was there, and what it knew of them.
    private func empty() throws(SinkError) {
        let parts = try Self.entries(of: "\(folder)/.parts")
        let stems = Set(parts.map { $0.hasSuffix(Self.partial) ? String($0.dropLast(Self.partial.count)) : $0 })
        try removePictures(of: stems)
        for name in parts { unlink("\(folder)/.parts/\(name)") }
        unlink(optionsPath)
    }

    fileprivate func removePictures(of stems: Set<String>) throws(SinkError) {
        let faces = Expression.allCases.map { ("faces/\($0.name)", 2) }
        for (place, numbers) in [("frames", 1)] + faces where access("\(folder)/\(place)", F_OK) == 0 {
            for name in try Self.entries(of: "\(folder)/\(place)") where Self.isPicture(name, of: stems, numbers) {
                unlink("\(folder)/\(place)/\(name)")
            }
        }
    }

    /// Whether a file's name is STEM-FRAME.png, or with two numbers STEM-FRAME-ID.png.
    private static func isPicture(_ name: String, of stems: Set<String>, _ numbers: Int) -> Bool {
        guard name.hasSuffix(".png") else { return false }
        let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        return parts.suffix(numbers).allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
            && stems.contains(parts.dropLast(numbers).joined(separator: "-"))
    }

    private var optionsPath: String { "\(folder)/.options" }

    /// What goes on must go on as it began: of a dump with hidden faces, say, none is to show them.
    private func checkOptions() throws(SinkError) {
        let text = Array(options.text.utf8)
        if let found = try? DumpRecords.contents(of: optionsPath) {
            guard found != text else { return }
            throw SinkError(
                "\(folder) was made with other options (\(String(decoding: found, as: UTF8.self))): --resume goes on with "
                    + "the same, --force writes it anew")
        }
        // Of one that an older version has begun nothing is known.
        let file = try OutputFile(private: optionsPath)
        file.text.append(bytes: text[...])
        try file.close()
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
        // What comes through a pipe is never the same again.
        while let owner = owners[Array(stem.utf8)] ?? owner(ofPart: stem), owner != Array(source.utf8) || source == "-"
        {
            number += 1
            stem = "\(wanted)-\(number)"
        }
        owners[Array(stem.utf8)] = Array(source.utf8)
        return Part(dump: self, source: source, stem: stem)
    }

    private func owner(ofPart stem: String) -> [UInt8]? {
        let path = "\(folder)/.parts/\(stem)"
        return (DumpRecords.source(of: path) ?? DumpRecords.source(of: path + Self.partial)).map { Array($0.utf8) }
    }

    /// What comes from one source.
    public struct Part {
        let dump: Dump
        let source: String
        let stem: String

        /// Whether it is whole, and made since that time; nil: since ever.
        public func isWhole(since time: Duration?) -> Bool {
            var status = stat()
            guard stat(path, &status) == 0 else { return false }
            return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec) >= time ?? .zero
        }
        /// What is there of it, of an older state of the source, makes way.
        public func makeSink() throws(SinkError) -> any Sink {
            if access(path, F_OK) == 0 {
                try dump.removePictures(of: [stem])
                unlink(path)
            }
            return try DumpSink(self)
        }
        /// From now on it counts as whole.
        public func complete() throws(SinkError) {
            if rename(partialPath, path) != 0 { throw SinkError("cannot complete \(path)", code: errno) }
        }

        var path: String { "\(dump.folder)/.parts/\(stem)" }
        var partialPath: String { path + Dump.partial }
    }

    public static let partial = ".partial"

    /// The lists' names, which the folder's owner may have given to files of their own.
    public static let lists = (json: "labels.jsonl", csv: "labels.csv", coco: "coco.json")
    /// How the header of the table begins, before the columns of all tables.
    public static let csvStart = "face_file,frame_file,"

    static func make(_ folder: String) throws(SinkError) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SinkError("cannot create \(folder)", code: errno) }
    }

    private static func entries(of folder: String) throws(SinkError) -> [String] {
        guard let names = fileNames(in: folder) else { throw SinkError("cannot read \(folder)", code: errno) }
        return names
    }

    func count(frames: Int, faces: Int) {
        self.frames += frames
        self.faces += faces
    }

    /// Makes the lists of all that is there, also of what was cut short.
    public func finish() throws(SinkError) {
        defer { DumpLists.discard(in: folder) }
        let lists = try DumpLists(in: folder, hasFrames: options.hasFrames)
        for name in try Self.entries(of: "\(folder)/.parts") {
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
