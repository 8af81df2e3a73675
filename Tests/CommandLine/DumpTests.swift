import Foundation
import Testing

/// Folders of labelled pictures.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct DumpTests {
    private let folder: Folder
    private var to: String { folder.path("dump") }

    init() throws { folder = try Folder() }

    @discardableResult
    private func dump(_ arguments: String..., status: Int32 = 0) throws -> Program.Outcome {
        let outcome = try Program.run(["dump", "--to", to] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        return outcome
    }

    /// Every file below the dump, with its contents.
    private func files() throws -> [String: Data] {
        let root = URL(filePath: to)
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: to) {
            let url = root.appending(path: name)
            if try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                files[name] = try Data(contentsOf: url)
            }
        }
        return files
    }

    private func pictures(_ start: String) throws -> [String] {
        try files().keys.filter { $0.hasPrefix(start) }.sorted()
    }

    private struct Labelled: Decodable {
        struct Face: Decodable {
            var faceFile: String
            var label: String
            var box: [Int]
        }
        var frameFile: String?
        var frame: Int
        var faces: [Face]
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private func lines() throws -> [Labelled] {
        try folder.read("dump/labels.jsonl").split(separator: "\n").dropFirst().map {
            try Self.decoder.decode(Labelled.self, from: Data($0.utf8))
        }
    }

    @Test("Every tenth frame and its faces are filed under their labels, and all lists agree")
    func everyTenth() throws {
        try dump(Program.clip("single_face.mp4"), "--every", "10")
        let frames = try pictures("frames/")
        #expect(frames == (0..<8).map { "frames/single_face-00000\($0)0.png" })
        let lines = try lines()
        #expect(lines.map(\.frame) == (0..<8).map { 10 * $0 })
        #expect(lines.compactMap(\.frameFile) == frames)
        let faces = lines.flatMap(\.faces)
        #expect(faces.map(\.faceFile).sorted() == (try pictures("faces/")))
        #expect(faces.allSatisfy { $0.faceFile.hasPrefix("faces/\($0.label)/single_face-") })

        let rows = try folder.read("dump/labels.csv").split(separator: "\n")
        #expect(rows.dropFirst().map { String($0.prefix { $0 != "," }) } == faces.map(\.faceFile))

        struct Coco: Decodable {
            struct Image: Decodable { var id: Int, fileName: String, width: Int, height: Int }
            struct Annotation: Decodable { var id: Int, imageId: Int, categoryId: Int, bbox: [Int], area: Int }
            struct Category: Decodable { var id: Int, name: String }
            var images: [Image], annotations: [Annotation], categories: [Category]
        }
        let coco = try Self.decoder.decode(Coco.self, from: Data(try folder.read("dump/coco.json").utf8))
        #expect(coco.images.map(\.fileName) == frames)
        #expect(coco.annotations.map(\.bbox) == faces.map(\.box))
        #expect(coco.annotations.map(\.id) == Array(1...faces.count))
        let names = Dictionary(uniqueKeysWithValues: coco.categories.map { ($0.id, $0.name) })
        #expect(coco.annotations.map { names[$0.categoryId] } == faces.map(\.label))
    }

    @Test("A face's picture is what its box holds, in the frame's colours")
    func crop() throws {
        try dump(Program.clip("single_face.mp4"), "--every", "60")
        let line = try #require(try lines().last)
        let face = try #require(line.faces.first)
        let (x, y, width, height) = (face.box[0], face.box[1], face.box[2], face.box[3])
        let sums = try Program.shell(
            """
            cd '\(to)'
            ffmpeg -v error -i \(face.faceFile) -f framemd5 -pix_fmt rgb24 - | tail -n 1
            ffmpeg -v error -i \(line.frameFile ?? "") -vf crop=\(width):\(height):\(x):\(y):exact=1 -f framemd5 \
            -pix_fmt rgb24 - | tail -n 1
            """
        ).lines
        #expect(sums.count == 2 && sums[0] == sums[1])
    }

    @Test("Only faces of the labels and the confidence asked for are taken, in the size asked for, without frames")
    func choice() throws {
        try dump(
            Program.clip("single_face.mp4"), "--only", "happy,sad", "--min-confidence", "0.9", "--crops", "--size", "64"
        )
        let all = try pictures("")
        #expect(!all.contains { $0.hasPrefix("frames/") || $0 == "coco.json" })
        let faces = try pictures("faces/")
        #expect(faces.count > 5)
        #expect(faces.allSatisfy { $0.hasPrefix("faces/happy/") || $0.hasPrefix("faces/sad/") })
        // Width and height stand at bytes 16 to 23 of a PNG.
        for name in faces {
            #expect(try Array(#require(files()[name])[16..<24]) == [0, 0, 0, 64, 0, 0, 0, 64])
        }
    }

    @Test("Seconds are counted by the recording's own times, and changes by the steady label")
    func steps() throws {
        try dump(Program.clip("single_face.mp4"), "--every", "1s", "--crops")
        #expect(try lines().map(\.frame) == [0, 30, 60])
        try dump(Program.clip("single_face.mp4"), "--on-change", "--crops", "--force")
        let changes = try lines()
        #expect((2...12).contains(changes.count))
        #expect(changes.first?.frame == 0)
    }

    @Test("Nothing is written over without --force")
    func second() throws {
        try dump(Program.clip("astronaut.png"))
        let before = try files()
        let outcome = try dump(Program.clip("single_face.mp4"), status: 1)
        #expect(outcome.errors.contains("--resume"))
        #expect(outcome.errors.contains("--force"))
        #expect(try files() == before)
    }

    /// The files below the dump, and what tells whether they were written again.
    private func identities(_ kind: String) throws -> Set<Substring> {
        Set(try Program.shell("cd '\(to)'; find . -name '\(kind)' -printf '%p %i %C@\\n'").lines)
    }

    @Test("What one run has dumped stays as it is when another goes on with other inputs")
    func goesOn() throws {
        let picture = try Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))
        for name in ["a", "b"] { try folder.write(below: name, "x.png", Array(picture)) }
        let inputs = ["a/x.png", "b/x.png"].map(folder.path)
        try dump(inputs[0])
        let before = try identities("*.png")
        try dump(inputs[1], "--resume")
        #expect(try pictures("frames/") == ["frames/x-0000000.png", "frames/x-2-0000000.png"])
        #expect(try identities("*.png").isSuperset(of: before))
        #expect(try lines().count == 2)
        let again = try dump(inputs[0], inputs[1], "--resume")
        #expect(again.errors.contains("2 of 2 inputs are done already"))
    }

    @Test("With --force the lists are about the new dump alone")
    func anew() throws {
        try dump(Program.clip("astronaut.png"))
        try dump(Program.clip("no_face.mp4"), "--every", "20", "--force")
        #expect(try lines().allSatisfy { $0.frameFile?.hasPrefix("frames/no_face-") == true })
        #expect(
            try (pictures("frames/") + pictures("faces/")).allSatisfy { $0.contains("/no_face-") },
            "pictures of the old one are left")
    }

    @Test("What goes on must go on as it began")
    func otherOptions() throws {
        try dump(Program.clip("astronaut.png"))
        let outcome = try dump(Program.clip("single_face.mp4"), "--resume", "--privacy", "box", status: 1)
        #expect(outcome.errors.contains("was made with other options (no options)"))
        try dump(
            Program.clip("single_face.mp4"), "--every", "36", "--privacy", "box", "--force", "--report",
            folder.path("r.html"))
        #expect(try !folder.read("r.html").contains("data:image/"), "the report shows hidden faces")
        #expect(try pictures("frames/") == ["frames/single_face-0000000.png", "frames/single_face-0000036.png"])
    }

    @Test("An input that has changed since is dumped again, and what comes through a pipe is always something new")
    func changed() throws {
        let outcome = try Program.shell(
            """
            cp '\(Program.clip("single_face.mp4"))' '\(folder.path("a.mp4"))'
            dump() { "$MIEN" dump "$@" --to '\(to)' --every 30 --resume -q; ls '\(to)/frames' | tr '\\n' ' '; echo; }
            dump '\(folder.path("a.mp4"))'
            cp '\(Program.clip("no_face.mp4"))' '\(folder.path("a.mp4"))'
            dump '\(folder.path("a.mp4"))'
            for again in 1 2; do dump - <'\(Program.clip("single_face.mp4"))'; done
            """)
        let counts = outcome.lines.map { $0.split(separator: " ").count }
        #expect(counts == [3, 4, 7, 10])
        #expect(outcome.lines.last?.contains("stdin-2-0000030.png") == true)
    }

    @Test("A dump into the folder of its inputs isn't dumped itself when it goes on")
    func ownFolder() throws {
        for name in ["a.png", "b.png"] {
            try folder.write(below: "in", name, Array(Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))))
            let outcome = try Program.run(["dump", "-r", folder.path("in"), "--to", folder.path("in"), "--resume"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try folder.list("in/frames").sorted() == ["a-0000000.png", "b-0000000.png"])
    }

    @Test("A dump's pictures are no inputs of the next")
    func noInputs() throws {
        try folder.write(below: "in", "a.png", Array(Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))))
        for _ in 1...2 {
            let outcome = try Program.run(["dump", "-r", folder.path("in"), "--to", folder.path("in/dump"), "--force"])
            #expect(outcome.status == 0)
            #expect(try folder.list("in/dump/frames") == ["a-0000000.png"])
        }
    }

    @Test("A dump that was cut short goes on, and is then the same as one that wasn't", arguments: ["KILL", "INT"])
    func resumed(signal: String) throws {
        let clips = ["two_walking.mp4", "single_face.mp4"].map(Program.clip)
        try dump(clips[0], clips[1], "--every", "3")
        let whole = try files()
        try FileManager.default.removeItem(atPath: to)
        _ = try Program.shell(
            """
            "$MIEN" dump --to '\(to)' --every 3 '\(clips[0])' '\(clips[1])' -q &
            while [ "$(ls '\(to)/frames' 2>/dev/null | wc -l)" -lt 8 ]; do sleep 0.01; done
            kill -\(signal) $!; wait $!
            """)
        #expect(try pictures("frames/").count < whole.keys.filter { $0.hasPrefix("frames/") }.count)
        // A signal that can be heeded leaves lists of all that is there.
        if signal == "INT" { #expect(try lines().compactMap(\.frameFile).sorted() == pictures("frames/")) }
        let before = try identities("*.png")
        try dump(clips[0], clips[1], "--every", "3", "--resume")
        #expect(try files() == whole)
        #expect(try identities("*.png").isSuperset(of: before))
        let again = try dump(clips[0], clips[1], "--every", "3", "--resume")
        #expect(again.errors.contains("2 of 2 inputs are done already"))
        #expect(try files() == whole)
    }

    @Test("Two inputs of one name, and names of any kind, get pictures of their own")
    func names() throws {
        let picture = try Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))
        let odd = ["-dash.png", "two words.png", "it's \"quoted\".png", "new\nline.png", "😀.png", ".hidden.png"]
        for name in odd { _ = try folder.write(name, picture) }
        let sub = folder.path("sub")
        try FileManager.default.createDirectory(atPath: sub, withIntermediateDirectories: true)
        try picture.write(to: URL(filePath: "\(sub)/😀.png"))
        let inputs = odd.map(folder.path) + ["\(sub)/😀.png"]
        let outcome = try Program.run(["dump", "--to", to] + inputs)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try pictures("frames/").count == 7)
        #expect(try pictures("faces/").count == 7)
        #expect(try lines().count == 7)
        #expect(try pictures("frames/").contains("frames/😀-2-0000000.png"))
    }

    @Test("A dump trains")
    func trains() throws {
        try dump(Program.clip("single_face.mp4"), Program.clip("headpose_male.mp4"), "--every", "2", "--crops")
        let model = folder.path("model.onnx")
        let outcome = try Program.run([
            "train", "--data", "\(to)/faces", "--architecture", "report", "--epochs", "1", "--out", model,
            "--validation",
            "0.2", "--batch", "16",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: model))
    }

    @Test("All of it is readable by its owner alone")
    func modes() throws {
        try dump(Program.clip("astronaut.png"))
        let open = try Program.shell("find '\(to)' -perm /077")
        #expect(open.output == "")
    }

    @Test("With --privacy no face is left in what is written")
    func hidden() throws {
        try dump(Program.clip("single_face.mp4"), "--every", "4", "--privacy", "blur")
        let frames = try pictures("frames/").map { "\(to)/\($0)" }
        let found = try Program.run(["image"] + frames).frames()
        #expect(found.count == 18)
        #expect(found.filter { !$0.faces.isEmpty }.count <= 1)
    }
}
