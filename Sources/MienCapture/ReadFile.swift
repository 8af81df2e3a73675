import Glibc
import MienSystem

/// Bytes of the largest photo's file that is read into memory.
private let maximumFile = 1 << 30

/// All bytes of a regular file.
func readFile(_ path: String) throws(CaptureError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .system(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system(path) }
    guard status.st_size <= maximumFile else {
        throw CaptureError(.unsupported, "\(path): a photo of \(status.st_size) bytes is too large")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
        while count < buffer.count {
            let got = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 { return }
            count += got
        }
    }
    guard failure == 0 else { throw .system(path, failure) }
    return bytes
}

/// The first bytes of a regular file, as many as there are up to `count`.
func readStart(of path: String, count: Int) throws(CaptureError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .system(path) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(file, &bytes, count, 0)
    guard got >= 0 else { throw .system(path) }
    return Array(bytes.prefix(got))
}
