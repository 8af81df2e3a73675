import Glibc
import MienSystem

/// The lines of a text file, one after the other, in memory of bounded size. Unpacks `.xz` on the way.
struct LineReader: ~Copyable {
    let path: String
    /// The number of the line that `next()` gave last; the first is 1.
    private(set) var number = 0

    private let file: CInt
    private let unpacker: XZ?
    private let buffer: UnsafeMutableRawBufferPointer
    /// The bytes of `buffer` that no line has been made of yet.
    private var pending = 0..<0
    private var isAtEnd = false

    /// No line may be longer: a row of FER2013 has at most 9,300 bytes.
    private static let capacity = 1 << 20

    init(_ path: String) throws(DataError) {
        // Where something throws here, nobody gives back what the reader has by then: so all at the end.
        let unpacker = path.hasSuffix(".xz") ? try XZ(path) : nil
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DataError("cannot open \(path): \(String(cString: strerror(errno)))") }
        posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL)
        (self.path, self.file, self.unpacker) = (path, file, unpacker)
        buffer = .allocate(byteCount: Self.capacity, alignment: 64)
    }

    deinit {
        buffer.deallocate()
        close(file)
    }

    /// The next line without its end, or nil after the last. Valid until the next call.
    mutating func next() throws(DataError) -> UnsafeBufferPointer<UInt8>? {
        var searched = 0
        while true {
            let unseen = UnsafeRawBufferPointer(rebasing: buffer[(pending.lowerBound + searched)..<pending.upperBound])
            if let start = unseen.baseAddress, let newline = memchr(start, 0x0A, unseen.count) {
                return line(ofLength: searched + (UnsafeRawPointer(newline) - start), end: 1)
            }
            searched = pending.count
            if isAtEnd { return pending.isEmpty ? nil : line(ofLength: pending.count, end: 0) }
            try fill()
        }
    }

    private mutating func line(ofLength length: Int, end: Int) -> UnsafeBufferPointer<UInt8> {
        let start = pending.lowerBound
        pending = (start + length + end)..<pending.upperBound
        number += 1
        var bytes = buffer[start..<(start + length)]
        if bytes.last == 0x0D { bytes.removeLast() }
        // The mark of UTF-8 that some programs put first.
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        return UnsafeBufferPointer(UnsafeMutableRawBufferPointer(rebasing: bytes).assumingMemoryBound(to: UInt8.self))
    }

    /// Moves what is pending to the front and reads more behind it.
    private mutating func fill() throws(DataError) {
        if pending.lowerBound > 0, let base = buffer.baseAddress {
            memmove(base, base + pending.lowerBound, pending.count)
            pending = 0..<pending.count
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[pending.upperBound...])
        guard room.count > 0 else {
            throw DataError(
                "\(path):\(number + 1): a line of more than \(Self.capacity) bytes; this is no CSV of pictures")
        }
        let count =
            if let unpacker { try unpacker.read(from: file, into: room) } else {
                try File.read(file, into: room, of: path)
            }
        if count == 0 { isAtEnd = true }
        pending = 0..<(pending.upperBound + count)
    }
}
