import Glibc
import Mien
import MienSystem

/// What a dump knows of its pictures, in a file for each source: a letter for the list that it belongs to, its length, a
/// space, and itself.
enum DumpRecords {
    enum Kind: UInt8 {
        /// The source's name, first of all, and the network's.
        case source = 0x53
        case model = 0x4D
        /// A line of JSON, a row of CSV.
        case json = 0x4A
        case csv = 0x43
        /// Of COCO: a picture without its number, and a face in the picture before it, likewise.
        case image = 0x49
        case annotation = 0x41
    }

    static func append(_ kind: Kind, _ content: Text, to text: inout Text) {
        text.append(String(UnicodeScalar(kind.rawValue)))
        text.append(content.bytes.count)
        text.append(" ")
        text.append(content)
    }

    /// Calls `body` with each record of a file; what is left of one at the end, where the writing was cut short, is none.
    static func read(
        _ path: String, body: (Kind, ArraySlice<UInt8>) throws(SinkError) -> Void
    ) throws(SinkError) {
        let bytes = try contents(of: path)
        var rest = bytes[...]
        while let first = rest.first, let kind = Kind(rawValue: first) {
            let digits = rest.dropFirst().prefix { $0 != 0x20 }
            guard let count = Int(String(decoding: digits, as: UTF8.self)), count >= 0 else { return }
            let content = rest.dropFirst(digits.count + 2)
            guard content.count >= count else { return }
            try body(kind, content.prefix(count))
            rest = content.dropFirst(count)
        }
    }

    /// Which source a file is about; nil where there is no such file.
    static func source(of path: String) -> String? {
        var source: String?
        try? read(path) { kind, bytes in
            if kind == .source { source = String(decoding: bytes, as: UTF8.self) }
        }
        return source
    }

    static func contents(of path: String) throws(SinkError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SinkError("cannot read \(path)", code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SinkError("cannot read \(path)", code: errno) }
        var filled = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while filled < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
                if got < 0, errno == EINTR { continue }
                if got <= 0 { break }
                filled += got
            }
            count = filled
        }
        return bytes
    }
}
