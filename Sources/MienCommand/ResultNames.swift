import Glibc
import MienNN
import MienSystem

/// What the files are called that belong to one input: one scheme for all of them.
///
/// | | |
/// | --- | --- |
/// | `one.jsonl` | whole |
/// | `.one.TOKEN.partial.jsonl` | in the making, by the run of that token |
/// | `.one.partial.jsonl` | what was found before the input broke off, or the run |
/// | `.one.mien.json` | what they were made from: see `ResultRecord` |
///
/// Those that aren't results are hidden, so that no pattern takes them for such, and end as the whole ones do, so that
/// programs know what they are. A name that would be too long for the system loses its end, and gets a fingerprint of all
/// of it instead.
struct ResultNames {
    /// Empty, or with a slash at its end.
    let folder: String
    private let name: String

    /// `stem`: the path of the files without what tells them apart.
    init(stem: String) {
        let start = stem.lastSlash.map { stem.utf8.index(after: $0) } ?? stem.startIndex
        (folder, name) = (String(stem[..<start]), String(stem[start...]))
    }

    func whole(_ kind: OutputKind) -> String { folder + fitted(besides: kind.suffix.utf8.count) + kind.suffix }
    func partial(_ kind: OutputKind) -> String { hidden(kind.suffix, RunToken.own.text + ".") }
    func kept(_ kind: OutputKind) -> String { hidden(kind.suffix) }
    var record: String { folder + "." + fitted(besides: 1 + Self.record.utf8.count) + Self.record }
    var partialRecord: String { hidden(Self.record, RunToken.own.text + ".") }

    private static let record = ".mien.json"
    private static let mark = "partial"
    /// FFmpeg's files get a neighbour for a while, whose name is longer by so many bytes.
    private static let spare = ".part99".utf8.count

    private func hidden(_ suffix: String, _ token: String = "") -> String {
        let dot = suffix.lastIndex(of: ".") ?? suffix.startIndex
        let end = suffix[..<dot] + "." + token + Self.mark + suffix[dot...]
        return folder + "." + fitted(besides: 1 + end.utf8.count + Self.spare) + end
    }

    /// The run that makes, or made, the hidden file of that name; nil for all other names.
    static func run(ofPartial name: String) -> RunToken? {
        // By bytes: an accent at the beginning of a name would make one character with the point.
        guard name.utf8.first == UInt8(ascii: ".") else { return nil }
        let parts = name.utf8.split(separator: UInt8(ascii: "."))
        guard let place = parts.lastIndex(where: { $0.elementsEqual(mark.utf8) }), place >= 2 else { return nil }
        return RunToken(String(decoding: parts[place - 1], as: UTF8.self))
    }

    /// The name, in the room that a file's has beside so many bytes.
    private func fitted(besides others: Int) -> String {
        let room = Int(NAME_MAX) - others
        guard name.utf8.count > room else { return name }
        let digits = String(Fingerprint.of(name.utf8) >> 16, radix: 16)
        let end = "~" + String(repeating: "0", count: 12 - digits.count) + digits
        var start = ""
        for scalar in name.unicodeScalars {
            guard start.utf8.count + UTF8.width(scalar) + end.utf8.count <= room else { break }
            start.unicodeScalars.append(scalar)
        }
        return start + end
    }
}
