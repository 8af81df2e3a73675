import Foundation
import Testing

/// Glibc has functions of the same names, which take a `String` as the UTF-8 that it is.
@Suite("Sources") struct ImportTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    @Test("Who calls the system by the name of a file imports the calls that know of all names")
    func imports() throws {
        let calls = /(^|[^.\w])(open|opendir|stat|lstat|access|rename|unlink|mkdir|realpath|fopen|glob)\([^)]/
        // Devices have names of the kernel's making; their calls are faked in tests by the names that Glibc has.
        let spared = ["CameraCalls.swift", "FileCalls.swift"]
        var found = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path()) {
            guard path.hasSuffix(".swift"), !spared.contains(where: path.hasSuffix) else { continue }
            let text = try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.contains("func ") && !$0.contains("//") }
            guard lines.contains(where: { $0.contains(calls) }) else { continue }
            found += 1
            #expect(text.contains("import MienSystem"), "\(path) calls the system without MienSystem")
        }
        #expect(found > 10)
    }
}
