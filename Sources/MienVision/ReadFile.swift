import Glibc

/// All bytes of a file; `kind` is what messages call it.
func readFile(_ path: String, as kind: String) throws(VisionError) -> [UInt8] {
    guard let file = fopen(path, "re") else {
        throw VisionError("cannot open the \(kind) \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var content: [UInt8] = []
    // OpenCV's largest cascade has 2.7 MB, a network of millions of weights some tens.
    let limit = 256 << 20
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while content.count <= limit {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { break }
        content += chunk[..<count]
    }
    if ferror(file) != 0 {
        throw VisionError("cannot read the \(kind) \(path): \(String(cString: strerror(errno)))")
    }
    if content.count > limit { throw VisionError("cannot use the \(kind) \(path): it is larger than 256 MB") }
    return content
}
