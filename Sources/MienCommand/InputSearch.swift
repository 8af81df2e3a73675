import Glibc
import MienCapture
import MienSystem

/// Finds the files that arguments name: files themselves, folders, and patterns that the shell has left alone.
///
/// Of a folder those files count whose names end as recordings' or photos' do, without hidden ones and without what mien
/// itself has written; they are sorted by the bytes of their names. A file that is named, or that a pattern fits, is taken
/// whatever it is called.
struct InputSearch {
    /// How the names of recordings end that FFmpeg reads.
    static let recordings: Set = Set(
        """
        264 265 3g2 3gp 3gpp amv apng asf av1 avc avi avif avifs avs bik cine dav dif divx drc dv dvr-ms evo f4v flv gif gxf \
        h261 h263 h264 h265 hevc insv ismv ivf jpgv lrf lrv m1v m2p m2t m2ts m2v m4v mj2 mjpeg mjpg mk3d mkv mod mov mp4 mpe \
        mpeg mpg mpv mts mxf nsv nut obu ogm ogv ogx ps qt rm rmvb tod trp ts vc1 vid vob vro webm webp wmv wtv xvid y4m
        """.split(separator: " ").map(String.init))
    /// Those of photos, that FFmpeg, libheif or we read.
    static let photos: Set = Set(
        """
        apng avif bmp dds dib dpx exr gif hdr heic heics heif hif j2c j2k jfif jls jp2 jpe jpeg jpf jpg jxl mpo pam pbm pcx \
        pfm pgm png pnm ppm psd qoi ras sgi tga tif tiff webp xbm xpm xwd
        """.split(separator: " ").map(String.init))

    /// Whether a file of that name is taken for a recording or a photo by whoever sees it.
    static func isNameOfPictures(_ path: String) -> Bool {
        recordings.union(photos).contains(extensionOf(path))
    }

    /// In lower case, without the dot; empty where there is none.
    private static func extensionOf(_ name: String) -> String {
        name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// What a dump has in its folder, where that is the inputs' folder, too.
    private static let dumps: Set = ["faces", "frames"]

    /// In lower case, without the dot.
    let extensions: Set<String>
    let isRecursive: Bool
    /// A folder of results, which holds nothing to look at.
    let excluded: FileIdentity?
    /// Of what holds several pictures, only the first one counts.
    var onlyFirst = false
    /// What was in the folders besides: how many files of each extension.
    private(set) var others: [String: Int] = [:]

    /// To be set before a search.
    init(
        extensions: Set<String>, isRecursive: Bool, excluded: FileIdentity?, onlyFirst: Bool = false
    ) {
        (self.extensions, self.isRecursive) = (extensions, isRecursive)
        (self.excluded, self.onlyFirst) = (excluded, onlyFirst)
    }

    mutating func inputs(for arguments: [String]) -> [Input] {
        arguments.flatMap { inputs(for: $0) }
    }

    /// A line that tells of the files that were passed over; nil where there were none.
    var passedOver: String? {
        guard !others.isEmpty else { return nil }
        let count = others.values.reduce(0, +)
        let kinds = others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let listed = kinds.prefix(Self.mostListed).map {
            "\($0.value) \($0.key.isEmpty ? "without an extension" : ".\($0.key)")"
        }
        let rest = kinds.dropFirst(Self.mostListed).reduce(0) { $0 + $1.value }
        let list = (listed + (rest > 0 ? ["\(rest) others"] : [])).joined(separator: ", ")
        return
            "\(count) \(count == 1 ? "file" : "files") in the folders passed over: \(list) (name them to look at them)"
    }

    private static let mostListed = 12

    private mutating func inputs(for argument: String) -> [Input] {
        if argument == "-" { return [Input(path: argument, onlyFirst: onlyFirst)] }
        // What is there is meant as it is, even if it looks like a pattern.
        if Status(argument) == nil, NetworkAddress(argument) == nil, argument.contains(where: { "*?[".contains($0) }) {
            return matches(of: argument)
        }
        return files(at: argument, below: nil)
    }

    private static func place(of path: String, below root: Int) -> String {
        String(decoding: path.utf8.dropFirst(root), as: UTF8.self)
    }

    /// The file at `path`, or those in the folder there. `root`: how many bytes of the path are not its place.
    private mutating func files(at path: String, below root: Int?) -> [Input] {
        guard let status = Status(path), status.isFolder else {
            let place = root.map { Self.place(of: path, below: $0) }
            return [Input(path: path, place: place, bytes: Status(path)?.bytes ?? 0, onlyFirst: onlyFirst)]
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        let found = list(folder, below: root ?? folder.utf8.count)
        if found.isEmpty {
            let advice = isRecursive ? "" : " (--recursive looks into the folders in it, too)"
            return [
                Input(path, fault: CaptureError(.notFound, "\(path): no such files in this folder\(advice)"))
            ]
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What is in `folder`, whose name ends in a slash.
    private mutating func list(_ folder: String, below root: Int) -> [Input] {
        guard let names = fileNames(in: folder) else {
            return [Input(folder, fault: CaptureError(.system, "\(folder): \(String(cString: strerror(errno)))"))]
        }
        let isOfResults = excluded.map { $0 == Status(folder)?.identity } ?? false
        var found: [Input] = []
        for name in names where !name.hasPrefix(".") {
            let path = folder + name
            guard let status = Status(path) else {
                // A link to nowhere.
                if takes(name) { found.append(Input(path: path)) }
                continue
            }
            if status.isFolder {
                // Links to folders may lead round in circles.
                guard isRecursive, !Status.isLink(path), !(isOfResults && Self.dumps.contains(name)),
                    excluded.map({ $0 != status.identity }) ?? true
                else {
                    continue
                }
                found += list(path + "/", below: root)
            } else if takes(name) {
                found.append(
                    Input(
                        path: path, place: Self.place(of: path, below: root), bytes: status.bytes, onlyFirst: onlyFirst)
                )
            }
        }
        return found
    }

    /// Whether a file of that name in a folder is to be looked at; counts it where not, unless mien wrote it.
    private mutating func takes(_ name: String) -> Bool {
        if OutputKind.isResult(name) { return false }
        let ending = Self.extensionOf(name)
        let isTaken = extensions.contains(ending)
        if !isTaken { others[ending, default: 0] += 1 }
        return isTaken
    }

    /// What fits a pattern as `glob` has it.
    private mutating func matches(of pattern: String) -> [Input] {
        guard let paths = paths(fitting: pattern) else {
            return [Input(pattern, fault: CaptureError(.notFound, "\(pattern): no file has such a name"))]
        }
        // Up to the last slash before the first wildcard.
        let fixed = pattern.prefix { !"*?[".contains($0) }
        let root = fixed.utf8.lastIndex(of: UInt8(ascii: "/")).map { fixed.utf8[...$0].count } ?? 0
        let ordered = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return ordered.flatMap { files(at: $0, below: root) }
    }
}

/// What the system says of a path, links followed.
private struct Status {
    private let status: stat

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.status = status
    }

    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var bytes: Int { Int(status.st_size) }
    var identity: FileIdentity { FileIdentity(status) }

    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
