import Glibc

/// Something that reads what comes from outside. It may refuse its input, and must not crash, hang or grow.
struct Harness: Sendable {
    let name: String
    /// Inputs to start from, the same every time: valid ones mostly, for libFuzzer to spoil.
    let seeds: @Sendable () -> [[UInt8]]
    let run: @Sendable ([UInt8]) -> Void

    /// The one that runs. A function for C can't hold it.
    nonisolated(unsafe) static var chosen: Harness?  // safe: libFuzzer runs inputs on one thread

    /// A new one is a file beside this and a line here.
    static let all = [
        model, graph, jpeg, png, heif, kinds, exif, frames, mjpeg, raw, camera, fer2013, votes, checkpoint, cascade, xz,
        records, arguments, names, forms,
    ]
}

/// A file for readers that take a name. Rewritten for each input; in memory, and gone with the process.
final class ScratchFile: Sendable {
    let path: String

    /// - Parameter name: what the path ends in.
    init(_ name: String) {
        path = "/dev/shm/mien-fuzz-\(getpid())-\(name)"
        paths.append(path)
        atexit { for path in paths { unlink(path) } }
    }

    func write(_ bytes: [UInt8]) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            fatalError("no room for \(path)")
        }
    }
}

private nonisolated(unsafe) var paths: [String] = []  // safe: libFuzzer runs inputs on one thread

/// Choices made by an input's bytes, one after the other; 0 where there are no more.
struct Choices {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + (Int(byte()) << 8 | Int(byte())) % (range.upperBound - range.lowerBound + 1)
    }

    mutating func element<Element>(of list: [Element]) -> Element { list[integer(in: 0...list.count - 1)] }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// All that is left.
    mutating func remainder() -> [UInt8] { take(rest.count) }
}

/// Bytes by chance, the same for the same seed. (Marsaglia: Xorshift RNGs, 2003)
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
}
