import Glibc
import MienSystem

/// How long a file says it is, against how long it is: some of FFmpeg's demuxers take a cut for the end.
struct RecordingLength: CustomStringConvertible {
    let declared: Int
    let actual: Int

    var isCut: Bool { actual < declared }
    var description: String { "only \(actual) of \(declared) bytes are there; get a complete copy" }

    /// nil where that can't be told: pipes, and containers other than MP4 and its kin, Matroska and WebM, AVI.
    init?(path: String) {
        // Without O_NONBLOCK a named pipe would wait for another writer.
        let file = open(path == "-" ? "/dev/stdin" : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard let declared = Self.boxes(file) ?? Self.elements(file) ?? Self.chunks(file) else { return nil }
        self.declared = declared
        actual = Int(status.st_size)
    }

    /// What an ISO base media file (MP4, MOV, ...) starts with.
    private static let firstBoxes: Set = ["ftyp", "moov", "mdat", "free", "skip", "wide", "styp"]

    /// Whether a file of these first bytes is an ISO base media file.
    static func startsWithBox(_ bytes: [UInt8]) -> Bool {
        firstBoxes.contains(String(decoding: bytes.dropFirst(4).prefix(4), as: UTF8.self))
    }

    /// The end of the last box of an ISO base media file (ISO/IEC 14496-12, 4.2).
    private static func boxes(_ file: Int32) -> Int? {
        var position = 0
        while true {
            let head = Head(file, position)
            guard head.count >= 8 else { return position == 0 ? nil : position + (head.count > 0 ? 8 : 0) }
            let type = head.text(4)
            guard position > 0 || firstBoxes.contains(type) else { return nil }
            // Whatever else was appended is no part of the recording.
            guard type.allSatisfy({ $0.isLetter || $0.isNumber }), type.count == 4 else { return position }
            let short = head.bigEndian(0, bytes: 4)
            let size = short == 1 ? head.bigEndian(8, bytes: 8) : short
            // 0: up to the end of the file, wherever that is.
            guard size >= 8, size < 1 << 60 else { return nil }
            position += size
        }
    }

    /// The end of a Matroska file's segment, or of its last cluster where the segment's size is left open (RFC 8794).
    private static func elements(_ file: Int32) -> Int? {
        guard let header = Head(file, 0).element, header.id == 0x1A45_DFA3, let size = header.size else { return nil }
        var position = header.length + size
        guard let segment = Head(file, position).element, segment.id == 0x1853_8067 else { return nil }
        position += segment.length
        if let size = segment.size { return position + size }
        while let element = Head(file, position).element {
            guard let size = element.size else { return nil }
            position += element.length + size
        }
        return position
    }

    /// The end of the last RIFF chunk of an AVI file; a long one has several.
    private static func chunks(_ file: Int32) -> Int? {
        var position = 0
        while true {
            let head = Head(file, position)
            guard head.count >= 12, head.text(0) == "RIFF", head.text(8).hasPrefix("AVI") else {
                return position == 0 ? nil : position
            }
            let size = head.littleEndian(4, bytes: 4)
            // Left open by a writer that could not seek.
            guard size > 0, size < 0xFFFF_FFF0 else { return nil }
            position += 8 + size + size % 2
        }
    }

    /// The first bytes of a box, element or chunk.
    private struct Head {
        private var bytes = [UInt8](repeating: 0, count: 16)
        /// How many of the bytes are in the file.
        let count: Int

        init(_ file: Int32, _ position: Int) { count = max(0, pread(file, &bytes, 16, position)) }

        func text(_ start: Int) -> String { String(decoding: bytes[start..<start + 4], as: UTF8.self) }

        func bigEndian(_ start: Int, bytes number: Int) -> Int {
            Int(truncatingIfNeeded: bytes[start..<start + number].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }

        func littleEndian(_ start: Int, bytes number: Int) -> Int {
            Int(bytes[start..<start + number].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }

        /// An EBML element's id, its size unless that is left open, and the length of both.
        var element: (id: Int, size: Int?, length: Int)? {
            guard count > 0 else { return nil }
            let idLength = bytes[0].leadingZeroBitCount + 1
            guard idLength <= 4 else { return nil }
            let sizeLength = bytes[idLength].leadingZeroBitCount + 1
            guard sizeLength <= 8, idLength + sizeLength <= count else { return nil }
            let unknown = 1 << (7 * sizeLength) - 1
            let size = bigEndian(idLength, bytes: sizeLength) & unknown
            return (bigEndian(0, bytes: idLength), size == unknown ? nil : size, idLength + sizeLength)
        }
    }
}
