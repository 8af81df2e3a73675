import Glibc
import MienSystem

/// The bytes of a file, or of a pipe, which brings them once: so that it can be told what they are before it is settled who
/// reads them. One thread at a time.
final class InputBytes {
    /// Of the largest photo that is read into memory.
    static let most = 1 << 30

    /// As the user wrote it; "-" is standard input.
    let name: String
    /// Whether they come once, in order.
    let isPipe: Bool
    private let descriptor: Int32
    /// A pipe's bytes that have come: all, up to the first `next`; then those that it hasn't given yet.
    private var kept: [UInt8] = []
    private var given = 0
    private var isOver = false

    /// Opens the file or pipe at `name`.
    init(_ name: String) throws(CaptureError) {
        self.name = name
        descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(name) }
        var status = stat()
        isPipe = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    }

    deinit { if name != "-" { close(descriptor) } }

    /// `count` bytes from `offset` on, or as many as there are. Of a pipe, waits for them.
    func bytes(at offset: Int, count: Int) throws(CaptureError) -> [UInt8] {
        guard isPipe else { return try read(count, at: offset) }
        try fill(until: offset + count)
        return Array(kept.dropFirst(offset).prefix(count))
    }

    /// All of them.
    func all() throws(CaptureError) -> [UInt8] {
        if isPipe {
            try fill(until: .max)
            return kept
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(name) }
        guard status.st_size <= Self.most else { throw tooLarge(Int(status.st_size)) }
        return try read(Int(status.st_size), at: 0)
    }

    /// Of a pipe, the bytes that come next, in order: how many were put into `buffer`, 0 at the end, or a negated errno.
    func next(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if given < kept.count {
            let count = min(buffer.count, kept.count - given)
            kept.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count]))
            }
            given += count
            if given == kept.count { (kept, given) = ([], 0) }
            return count
        }
        while !isOver {
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got < 0, errno == EINTR { continue }
            return got < 0 ? -Int(errno) : got
        }
        return 0
    }

    /// Waits until so many of a pipe's bytes have come, or all.
    private func fill(until count: Int) throws(CaptureError) {
        while !isOver, kept.count < count {
            guard kept.count <= Self.most else { throw tooLarge(kept.count) }
            var failure: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if got < 0 { failure = errno }
                (count, isOver) = (max(got, 0), got == 0)
            }
            guard failure == 0 || failure == EINTR else { throw .system(name, failure) }
            kept += piece
        }
    }

    private func read(_ wanted: Int, at offset: Int) throws(CaptureError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + count }, wanted - count, off_t(offset + count))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { return }
                count += got
            }
        }
        guard failure == 0 else { throw .system(name, failure) }
        return bytes
    }

    private func tooLarge(_ count: Int) -> CaptureError {
        CaptureError(.unsupported, "\(name): a photo of \(count) bytes is too large")
    }
}
