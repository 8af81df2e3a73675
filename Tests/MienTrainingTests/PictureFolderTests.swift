import Glibc
import Mien
import MienTraining
import Testing

@Suite("Folders as data") struct PictureFolderTests {
    private let folder = PictureScratch()

    @Test("sub-folders are classes in any spelling, and pictures of any size become 48x48") func reading() throws {
        folder.write("Anger/b.pgm", folder.grey(96, 96, 40))
        folder.write("Anger/a.pgm", folder.grey(10, 30, 80))
        folder.write("3_happy/deep/er/c.pgm", folder.grey(48, 48, 200))
        folder.write("disgust/d.pgm", folder.grey(48, 48, 1))
        folder.write("loose.pgm", folder.grey(48, 48, 1))
        folder.write("Anger/.hidden", [1])
        folder.write("Anger/notes.txt", Array("no picture".utf8))
        let list = try PictureFolder(folder.path)
        #expect(list.otherFolders == ["disgust"])
        let (pictures, report) = try list.read(.whole, threads: 1)
        // Byte by byte a digit comes before a letter.
        #expect(pictures.labels == [.happy, .angry, .angry])
        #expect(
            pictures.origins.map { $0.dropFirst(folder.path.count) } == [
                "/3_happy/deep/er/c.pgm", "/Anger/a.pgm", "/Anger/b.pgm",
            ])
        for (index, grey) in [UInt8(200), 80, 40].enumerated() {
            pictures.withPicture(index) { picture in
                #expect(picture.count == 48 * 48 && picture.allSatisfy { $0 == grey })
            }
        }
        #expect(report.unreadable.count == 1 && report.unreadable[0].contains("/Anger/notes.txt"))
        #expect(report.faceless.isEmpty)
    }

    @Test("a picture that is no square gives its middle") func middle() throws {
        // 96 wide, 48 high: columns of their number.
        folder.write("sad/wide.pgm", folder.picture(96, 48) { x, _ in UInt8(x) })
        let (pictures, _) = try PictureFolder(folder.path).read(.whole, threads: 1)
        pictures.withPicture(0) { #expect($0.prefix(48).elementsEqual(24..<72)) }
    }

    @Test("the order and the pictures are the same for any number of threads") func order() throws {
        for index in 0..<30 { folder.write("fear/\(index).pgm", folder.grey(20, 20, UInt8(index))) }
        let list = try PictureFolder(folder.path)
        let sets = try [1, 4].map { try list.read(.whole, threads: $0).pictures }
        #expect(sets[0].pixels == sets[1].pixels && sets[0].origins == sets[1].origins)
        #expect(sets[0].fingerprint == sets[1].fingerprint)
        folder.write("fear/0.pgm", folder.grey(20, 20, 99))
        #expect(try list.read(.whole, threads: 1).pictures.fingerprint != sets[0].fingerprint)
    }

    @Test("with a cascade the face is cut out as in use, and pictures without one are counted") func detection() throws
    {
        var options = DemoSource.Options()
        (options.width, options.height) = (320, 180)
        let source = try DemoSource(options)
        var frame = Frame()
        #expect(try source.read(into: &frame))
        let view = frame.luma.view
        folder.write("neutral/face.pgm", folder.picture(320, 180) { x, y in view.base[y * view.stride + x] })
        folder.write("neutral/wall.pgm", folder.grey(320, 180, 90))
        let (pictures, report) = try PictureFolder(folder.path).read(.detected(by: .standard), threads: 2)
        #expect(report.faceless.map { $0.hasSuffix("/neutral/wall.pgm") } == [true])
        var finder = AligningFinder(detector: try FaceDetector())
        var faces: [Region] = []
        try finder.scan(view, .single, into: &faces)
        var cropper = FaceCropper()
        var expected = [UInt8](repeating: 0, count: FacePicture.pixelCount)
        let face = try #require(faces.first)
        expected.withUnsafeMutableBufferPointer { cropper.crop(face, of: view, into: $0) }
        #expect(pictures.pixels == expected)
    }

    @Test("a folder that has nothing is refused, with what there is instead") func refusals() throws {
        folder.write("train/happy/a.pgm", folder.grey(20, 20, 5))
        let error = #expect(throws: DataError.self) { try PictureFolder(folder.path) }
        #expect(
            error?.description
                == "\(folder.path): it has no sub-folder with pictures that is named after one of angry, fear, happy, neutral, "
                + "sad, surprise (there are train); name the folder that these are in")
        #expect(try PictureFolder(folder.path + "/train").read(.whole, threads: 1).pictures.count == 1)
        folder.write("bad/sad/a.txt", [1, 2, 3])
        let unreadable = #expect(throws: DataError.self) {
            try PictureFolder(folder.path + "/bad").read(.whole, threads: 1)
        }
        #expect(unreadable?.description.hasPrefix("\(folder.path)/bad: of 1 files none is a picture (") == true)
        #expect(throws: DataError.self) { try PictureFolder("/nowhere") }
    }
}

/// A folder with folders, gone when the test is.
private final class PictureScratch {
    let path: String

    init() {
        var name = Array("/tmp/mien-pictures-XXXXXX".utf8CString)
        path = mkdtemp(&name).map { String(cString: $0) } ?? "/tmp/mien-pictures"
    }

    deinit {
        // What is in a folder was made after it.
        for path in made.reversed() { remove(path) }
        remove(path)
    }

    private var made: [String] = []

    func write(_ name: String, _ bytes: [UInt8]) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if mkdir(folder, 0o755) == 0 { made.append(folder) }
        }
        try! File.replace("\(path)/\(name)", with: bytes)
        made.append("\(path)/\(name)")
    }

    func picture(_ width: Int, _ height: Int, _ sample: (Int, Int) -> UInt8) -> [UInt8] {
        Array("P5 \(width) \(height) 255\n".utf8)
            + (0..<height).flatMap { y in (0..<width).map { sample($0, y) } }
    }

    func grey(_ width: Int, _ height: Int, _ grey: UInt8) -> [UInt8] { picture(width, height) { _, _ in grey } }
}
