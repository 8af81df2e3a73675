import Foundation
import MienCapture
import MienImage
import Testing

/// Where the clips and photos lie that tests read.
enum Media {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/media")
        .standardized
    static let isThere = FileManager.default.fileExists(atPath: folder.path())

    static func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
    static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: folder.appending(path: name))) }
}

/// A folder that goes when the value goes.
final class TemporaryFolder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "mien-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }
}

/// FFmpeg's programs, which make clips that nobody filmed and know what is in them.
enum Program {
    static let areThere = ["ffmpeg", "ffprobe"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    struct Failure: Error { var arguments: [String] }

    /// Runs a program and returns what it printed.
    @discardableResult
    static func run(_ name: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(name)")
        process.arguments = ["-v", "error"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
        return Array(data)
    }

    /// Makes a clip out of FFmpeg's test picture.
    static func make(_ path: String, _ arguments: String, size: String = "70x50", rate: Int = 10, frames: Int = 5)
        throws
    {
        let source = ["-y", "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=\(rate)", "-frames:v", "\(frames)"]
        try run("ffmpeg", source + arguments.split(separator: " ").map(String.init) + [path])
    }

    /// The first frame's luma, upright and full range, as the ffmpeg program converts it.
    static func luma(_ path: String) throws -> [UInt8] {
        try run("ffmpeg", ["-i", path, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"])
    }

    /// Presentation times of all frames, in seconds from the recording's start.
    static func times(_ path: String) throws -> [Double] {
        func numbers(_ arguments: String) throws -> [Double] {
            let output = try run(
                "ffprobe", arguments.split(separator: " ").map(String.init) + ["-of", "csv=p=0", path])
            return String(decoding: output, as: UTF8.self).split { $0.isNewline || $0 == "," }.compactMap { Double($0) }
        }
        let start = try numbers("-show_entries format=start_time").first ?? 0
        return try numbers("-select_streams v:0 -show_entries frame=best_effort_timestamp_time").map { $0 - start }
    }
}

/// All that a source delivers.
struct Reading: Sendable {
    var times: [Double] = []
    var sizes: [[Int]] = []
    /// Luma of the first frame, its rows one after the other.
    var first: [UInt8] = []
    /// A sum over every frame's luma that tells frames apart.
    var sums: [Int] = []
    /// What ended it before its end.
    var error: CaptureError?
    var warning: String?

    init(_ source: any FrameSource) {
        var frame = Frame()
        do throws(CaptureError) {
            while try source.read(into: &frame) {
                if times.isEmpty { first = frame.luma.samples }
                times.append(frame.time)
                sizes.append([frame.luma.width, frame.luma.height])
                sums.append(frame.luma.sum)
                if frame.number != times.count - 1 { times.append(.nan) }
            }
        } catch { self.error = error }
        warning = source.warning
    }

    init(_ path: String) throws { self.init(try openInput(path)) }
}

extension Plane {
    var samples: [UInt8] { (0..<height).flatMap { Array(view.row($0)) } }
    /// Over some samples, since unoptimised code is slow, each weighted by its place.
    var sum: Int {
        var sum = 0
        for y in Swift.stride(from: 0, to: height, by: 5) {
            let row = view.row(y)
            for x in Swift.stride(from: y % 7, to: width, by: 7) { sum = sum &* 31 &+ Int(row[x]) }
        }
        return sum
    }
}

/// The largest and the mean difference between pictures of equal size; nil where the sizes differ.
func difference(_ a: [UInt8], _ b: [UInt8]) -> (largest: Int, mean: Double)? {
    guard a.count == b.count, !a.isEmpty else { return nil }
    let differences = zip(a, b).map { abs(Int($0) - Int($1)) }
    return (differences.max() ?? 0, Double(differences.reduce(0, +)) / Double(a.count))
}

/// What opening `path` throws.
func refusal(_ path: String) -> CaptureError? {
    do throws(CaptureError) { _ = try openInput(path) } catch { return error }
    return nil
}

func readAll(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path))) }

/// That `turned` is what `stored` becomes by `orientation`.
func expect(_ turned: Reading, is orientation: Orientation, of stored: Reading) throws {
    let size = try #require(stored.sizes.first)
    let plane = Plane(width: size[0], height: size[1])
    for y in 0..<size[1] { for x in 0..<size[0] { plane.base[y * plane.stride + x] = stored.first[size[0] * y + x] } }
    var expected = Plane()
    orientation.apply(to: plane.view, into: &expected)
    #expect(turned.sizes == [[expected.width, expected.height]])
    #expect(turned.first == expected.samples)
}
