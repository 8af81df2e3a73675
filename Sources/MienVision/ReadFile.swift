import Glibc
import MienSystem

/// Bytes of the largest model that is read: networks of millions of weights have some tens of megabytes.
let largestModel = 256 << 20

/// All bytes of a file, `limit` at most; `kind` is what messages call it.
///
/// `isNamedByFile`: it isn't the user who names it, and so it must be a file, and no pipe or device that gives no end.
func readFile(
    _ path: String, as kind: String, limit: Int = largestModel, isNamedByFile: Bool = false
) throws(VisionError) -> [UInt8] {
    var status = stat()
    if isNamedByFile, stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
        throw VisionError("cannot use the \(kind) \(path): it is no file")
    }
    guard let file = fopen(path, "re") else {
        throw VisionError("cannot open the \(kind) \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while content.count <= limit {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { break }
        content += chunk[..<count]
    }
    if ferror(file) != 0 {
        throw VisionError("cannot read the \(kind) \(path): \(String(cString: strerror(errno)))")
    }
    guard content.count <= limit else {
        throw VisionError("cannot use the \(kind) \(path): it is larger than \(limit >> 20) MB")
    }
    return content
}
