import Foundation
import Testing

/// The built program, run as a user runs it.
enum Program {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let media = root.deletingLastPathComponent().appending(path: "shared/media")

    /// MIEN_PROGRAM names it; otherwise it is the release build's.
    static let path =
        ProcessInfo.processInfo.environment["MIEN_PROGRAM"] ?? root.appending(path: ".build/release/mien").path()
    static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
    static let missing: Comment = "there is no program: swift build -c release, or name one in MIEN_PROGRAM"

    static let hasMedia = isBuilt && FileManager.default.fileExists(atPath: media.path())
    static let missingMedia: Comment = "there is no program, or no ../shared/media beside the checkout"

    static func clip(_ name: String) -> String { media.appending(path: name).path() }

    struct Outcome {
        var output: String
        var errors: String
        var status: Int32

        var lines: [Substring] { output.split(separator: "\n") }
    }

    /// Runs the program to its end in a directory that has nothing to do with it.
    static func run(_ arguments: [String], input: FileHandle = .nullDevice) throws -> Outcome {
        try run(path, arguments, input: input)
    }

    /// Runs a line of bash, in which $MIEN is the program and $1 and so on are `arguments`.
    static func shell(_ line: String, _ arguments: [String] = []) throws -> Outcome {
        try run("/bin/bash", ["-c", line, "-"] + arguments, input: .nullDevice)
    }

    private static func run(_ program: String, _ arguments: [String], input: FileHandle) throws -> Outcome {
        let folder = try Folder()
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = ["MIEN": path, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
        process.standardInput = input
        let (output, errors) = (try folder.create("output"), try folder.create("errors"))
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        return Outcome(
            output: try folder.read("output"), errors: try folder.read("errors"), status: process.terminationStatus)
    }
}

/// A temporary folder that goes with its owner.
final class Folder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "mien-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: url.path() + "/" + name)) }

    func read(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }

    /// Writes a file whose name needn't be fit for a URL, and the folders above it.
    func write(below folder: String, _ name: String, _ bytes: [UInt8]) throws {
        let path = url.path() + "/" + folder + "/" + name
        let parent = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        try FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    }

    /// The names of the files in one of its folders, or the paths of all below that, as `ls` lists them.
    func list(_ name: String, recursively: Bool = false) throws -> [String] {
        try listAll(name, recursively: recursively).filter { path in
            !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
    }

    /// The same with hidden ones.
    func listAll(_ name: String, recursively: Bool = false) throws -> [String] {
        let path = url.path() + "/" + name
        return try recursively
            ? FileManager.default.subpathsOfDirectory(atPath: path)
            : FileManager.default.contentsOfDirectory(atPath: path)
    }

    func create(_ name: String) throws -> FileHandle {
        _ = try write(name, [])
        return try FileHandle(forWritingTo: url.appending(path: name))
    }
}

/// A line of JSON Lines.
struct Line: Decodable {
    var source: String
    var frame: Int
    var time: Double
    var width: Int
    var height: Int
    var faces: [Face]

    struct Face: Decodable {
        var id: Int
        var box: [Int]
        var label: String
        var confidence: Double
        var probabilities: [String: Double]
        var smoothed: Answer
        var detected: Bool
    }

    struct Answer: Decodable {
        var label: String
        var confidence: Double
    }
}

struct Header: Decodable {
    var mien: String
    var model: String
    var classes: [String]
}

extension Program.Outcome {
    /// The frames of JSON Lines, after a header that is as it should be.
    func frames() throws -> [Line] {
        let header = try JSONDecoder().decode(Header.self, from: Data(try #require(lines.first).utf8))
        #expect(header.classes == ["angry", "fear", "happy", "neutral", "sad", "surprise"])
        #expect(!header.model.isEmpty)
        return try lines.dropFirst().map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }
}
