import Foundation
import Mien
import MienOutput
import Testing

/// In one suite and one after the other, since recordings go to the working directory, which is the process's.
@Suite(.serialized) struct ResultRecorderTests {
    private let result = FrameResult(source: "a", frame: 0, time: 0, width: 1, height: 1, faces: [])

    /// Runs `body` in a folder of its own; gives the files that it leaves there.
    private func files(_ body: () throws -> Void) throws -> [String: String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mien-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let before = FileManager.default.currentDirectoryPath
        #expect(FileManager.default.changeCurrentDirectoryPath(folder.path()))
        defer {
            _ = FileManager.default.changeCurrentDirectoryPath(before)
            try? FileManager.default.removeItem(at: folder)
        }
        try body()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, String(decoding: try Data(contentsOf: folder.appending(path: $0)), as: UTF8.self))
            })
    }

    @Test("Each recording is a new file of whole lines, from when it is started to when it is ended")
    func recordings() throws {
        let recorder = ResultRecorder()
        let files = try files {
            recorder.begin(RunDescription(model: "report"))
            recorder.write(result)
            #expect(recorder.toggle() == nil)
            recorder.write(result)
            recorder.write(result)
            #expect(recorder.status?.hasSuffix(".jsonl, 2 frames") == true)
            #expect(recorder.toggle()?.hasPrefix("recorded 2 frames in mien-") == true)
            #expect(recorder.status == nil)
            recorder.write(result)
            #expect(recorder.toggle() == nil)
            recorder.finish()
            #expect(recorder.takeNews()?.hasPrefix("recorded 0 frames in mien-") == true)
            #expect(recorder.takeNews() == nil)
        }
        #expect(files.count == 2)
        #expect(files.values.map { $0.split(separator: "\n").count }.sorted() == [1, 3])
        #expect(files.values.allSatisfy { $0.hasPrefix("{\"mien\":") && $0.hasSuffix("}\n") })
    }

    @Test("A recording that can't be written says so, and the run goes on")
    func unwritable() throws {
        let recorder = ResultRecorder()
        recorder.begin(RunDescription(model: "report"))
        let before = FileManager.default.currentDirectoryPath
        defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
        #expect(FileManager.default.changeCurrentDirectoryPath("/proc"))
        #expect(recorder.toggle()?.hasPrefix("not recording: cannot create mien-") == true)
        recorder.write(result)
        #expect(recorder.status == nil)
    }
}
