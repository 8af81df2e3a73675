import Foundation
import MienImage
import Testing

@testable import MienCapture

/// Uncompressed grey pages of 4x3, the later ones brighter, all with one orientation (TIFF 6.0).
private func tiff(orientation: Int, pages: Int = 1, isBig: Bool = false, reduced: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBig ? bytes.reversed() : bytes
    }
    var bytes = (isBig ? Array("MM".utf8) : Array("II".utf8)) + number(42, 2) + number(8, 4)
    for page in 0..<pages {
        // Tag, type (3: SHORT, 4: LONG), value.
        var entries = [
            (254, 4, page > 0 && reduced ? 1 : 0), (256, 3, 4), (257, 3, 3), (258, 3, 8), (259, 3, 1), (262, 3, 1),
            (273, 4, 0), (274, 3, orientation), (277, 3, 1), (278, 3, 3), (279, 4, 12),
        ]
        let end = bytes.count + 2 + 12 * entries.count + 4
        entries[6].2 = end
        bytes += number(entries.count, 2)
        for (tag, type, value) in entries {
            bytes += number(tag, 2) + number(type, 2) + number(1, 4)
            bytes += type == 3 ? number(value, 2) + [0, 0] : number(value, 4)
        }
        bytes += number(page < pages - 1 ? end + 12 : 0, 4)
        bytes += (0..<12).map { UInt8(20 * $0 + page) }
    }
    return bytes
}

/// What a pipe of these bytes gives.
func piped(_ bytes: [UInt8], onlyFirst: Bool = false) throws -> Reading {
    let folder = try TemporaryFolder()
    let path = folder.path("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    // A reader that leaves early closes the pipe; that must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    let written = DispatchGroup()
    DispatchQueue.global().async(group: written) {
        try? FileHandle(forWritingTo: URL(filePath: path)).write(contentsOf: bytes)
    }
    defer { written.wait() }
    return Reading(try openInput(path, onlyFirst: onlyFirst))
}

/// What an input is, is told by its bytes: not by its name, nor by the way that it comes.
@Suite struct InputKindTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("A TIFF is turned as it says, whichever way it comes", arguments: Orientation.allCases, [false, true])
    func turnsTIFF(orientation: Orientation, isBig: Bool) throws {
        let plain = try Reading(folder.file("plain.tif", tiff(orientation: 1, isBig: isBig)))
        #expect(plain.first == (0..<12).map { UInt8(20 * $0) })
        let bytes = tiff(orientation: orientation.rawValue, isBig: isBig)
        for name in ["a.tif", "a.jpg", "a.png", "a.mp4", "a"] {
            try expect(Reading(folder.file(name, bytes)), is: orientation, of: plain)
        }
        try expect(piped(bytes), is: orientation, of: plain)
    }

    @Test("Of a TIFF of several pages the first is read, and that is said; thumbnails are no pages")
    func tellsPages() throws {
        let path = try folder.file("a.tif", tiff(orientation: 1, pages: 3))
        let reading = try Reading(path)
        #expect(reading.times.count == 1)
        #expect(reading.warning == "\(path): holds 3 pages, of which the first alone is looked at")
        #expect(try Reading(folder.file("b.tif", tiff(orientation: 1, pages: 2, reduced: true))).warning == nil)
    }

    @Test("Directories of a TIFF that name each other in circles, or nothing, end")
    func survivesCircles() throws {
        var bytes = tiff(orientation: 1)
        // Where the next one stands: behind its 11 entries.
        bytes.replaceSubrange(8 + 2 + 132..<8 + 2 + 136, with: [8, 0, 0, 0])
        #expect(TIFFDirectory(bytes)?.values[TIFFDirectory.orientation] == 1)
        for count in 0..<bytes.count { _ = TIFFDirectory(bytes.prefix(count)) }
    }
}

@Suite(.enabled(if: Program.areThere, "needs ffmpeg"))
struct MadeInputKindTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let kinds = [
        "png", "jpg", "tif", "bmp", "webp", "jp2", "jxl", "gif", "pcx", "sgi", "ppm", "qoi", "exr",
    ]

    @Test("The same picture gives the same answer by file, by pipe and under another name", arguments: kinds)
    func sameAnswer(kind: String) throws {
        let path = folder.path("a." + kind)
        let format = kind == "exr" ? "-pix_fmt gbrpf32le" : ""
        try Program.make(path, format, size: "80x60", frames: 1)
        let bytes = try readAll(path)
        let file = try Reading(path)
        #expect(file.sizes == [[80, 60]] && file.error == nil)
        let others = try ["b.png", "b.jpg", "b.mp4", "b.mjpeg", "b"].map { try Reading(folder.file($0, bytes)) }
        for other in try others + [piped(bytes)] {
            #expect(other.sizes == file.sizes && other.first == file.first && other.times == file.times)
        }
    }

    @Test(
        "Each picture of an animation, or of many one after the other, is read",
        arguments: [
            "-f apng a.png", "-f apng a.apng", "a.gif", "-f mjpeg -q:v 3 a.mjpeg", "-f mjpeg -q:v 3 a.bin",
            "-f mjpeg -q:v 3 a.jpg", "-f mpjpeg -q:v 3 a.mjpeg", "-f mpjpeg -q:v 3 a.txt",
            "-f image2pipe -c:v png a.png",
            "-f image2pipe -c:v ppm a.ppm", "-f image2pipe -c:v bmp a.bmp", "-c:v libaom-av1 -cpu-used 8 a.avif",
        ])
    func readsAll(format: String) throws {
        let words = format.split(separator: " ").map(String.init)
        let path = folder.path(try #require(words.last))
        try Program.make(path, words.dropLast().joined(separator: " "), frames: 7)
        let file = try Reading(path)
        #expect(file.sizes == Array(repeating: [70, 50], count: 7))
        #expect(file.error == nil && file.warning == nil)
        let bytes = try readAll(path)
        let pipe = try piped(bytes)
        #expect(pipe.sums == file.sums && pipe.error == nil)

        let first = Reading(try openInput(path, onlyFirst: true))
        #expect(first.sums == Array(file.sums.prefix(1)) && first.error == nil)
        #expect(first.warning?.hasPrefix("\(path): holds more pictures than the first") == true)
        #expect(try piped(bytes, onlyFirst: true).sums == first.sums)
    }

    @Test(
        "What a web camera's server sends is read, with the answer's own lines and without",
        arguments: [
            "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=x\r\n\r\n", "\r\n", "",
        ])
    func readsMultipart(head: String) throws {
        let path = folder.path("a.jpg")
        try Program.make(path, "-q:v 3", frames: 1)
        let picture = try readAll(path)
        let part = Array("--x\r\nContent-Type: image/jpeg\r\n\r\n".utf8) + picture + [0x0D, 0x0A]
        let bytes = Array(head.utf8) + part + part + part
        #expect(try Reading(folder.file("stream", bytes)).times.count == 3)
        #expect(try piped(bytes).times.count == 3)
    }

    @Test("What is behind a JPEG's end is no second picture unless it begins as one")
    func ignoresTrailers() throws {
        let path = folder.path("a.jpg")
        try Program.make(path, "-q:v 3", frames: 1)
        let picture = try readAll(path)
        for rest in [[0, 0, 0], Array("Samsung".utf8), [0xFF, 0xD8], [0, 0, 0, 24] + Array("ftypmp42".utf8)] {
            let reading = try Reading(folder.file("b.jpg", picture + rest))
            #expect(reading.times.count == 1 && reading.error == nil)
        }
        // Filled up, as cameras do.
        #expect(try Reading(folder.file("b.jpg", picture + [0, 0, 0, 0] + picture)).times.count == 2)
    }

    @Test(
        "Of views of one scene in a JPEG the main one is read, and that is said; previews are none", arguments: [2, 1])
    func tellsViews(kind: UInt8) throws {
        let path = folder.path("a.jpg")
        try Program.make(path, "-q:v 3", frames: 1)
        let picture = try readAll(path)
        // CIPA DC-007: two entries of 16 bytes behind a directory of two.
        func entry(_ type: UInt8) -> [UInt8] { [0, type, 0, 2] + [UInt8](repeating: 0, count: 12) }
        let index =
            Array("MPF\0MM\0*".utf8) + [0, 0, 0, 8, 0, 2]
            + [0xB0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2] + [0xB0, 2, 0, 7, 0, 0, 0, 32, 0, 0, 0, 38]
            + [0, 0, 0, 0] + entry(kind) + entry(kind)
        let whole = picture[..<2] + [0xFF, 0xE2, 0, UInt8(index.count + 2)] + index + picture[2...]
        let file = try folder.file("b.mpo", whole + picture)
        let reading = try Reading(file)
        #expect(reading.times.count == 1)
        let told = "\(file): holds 2 pictures, of which the main one alone is looked at"
        #expect(reading.warning == (kind == 2 ? told : nil))
    }

    @Test("A JPEG that lacks its end marker alone is read, with a warning", arguments: [1, 2])
    func readsWithoutEnd(missing: Int) throws {
        let path = folder.path("a.jpg")
        try Program.make(path, "-q:v 3", size: "160x120", frames: 1)
        let whole = try Reading(path)
        let cut = try folder.file("cut.jpg", readAll(path).dropLast(missing))
        let reading = try Reading(cut)
        #expect(reading.first == whole.first && reading.error == nil)
        #expect(reading.warning == "\(cut): the picture's end marker is missing; all else is there")
        #expect(try Reading(folder.file("cut.jpg", readAll(path).dropLast(200))).error?.code == .broken)
    }

    @Test("A kind of picture that the decoder doesn't know is refused in its words")
    func givesReasons() throws {
        // 32 bits of floating point for each of three samples.
        let path = try folder.file("a.tif", floatTIFF)
        let reading = try Reading(path)
        let error = try #require(reading.error)
        #expect(error.description.hasPrefix("\(path): no frame of it can be decoded: "))
        #expect(reading.warning == nil)

        let animation = folder.path("a.webp")
        try Program.make(animation, "-c:v libwebp_anim")
        let refused = try Reading(animation)
        #expect(
            refused.error?.description.hasPrefix("\(animation): is an animation in WebP, which FFmpeg doesn't") == true)
        #expect(refused.error?.code == .unsupported && refused.warning == nil)
    }

    private var floatTIFF: [UInt8] {
        var bytes = tiff(orientation: 1)
        // Bits of a sample: 48, of which there is no such picture.
        let place = bytes.indices.first { bytes[$0...].starts(with: [2, 1, 3, 0]) } ?? 0
        bytes[place + 8] = 48
        return bytes
    }
}

/// Inputs that others' programs made, in ../shared/media.
@Suite(.enabled(if: Media.isThere, "needs the pictures of ../shared/media"))
struct FoundInputTests {
    @Test(
        "Inputs that were told of are read whole",
        arguments: [
            ("apng_12_frames.apng", 12), ("tiff_orientation_6.tif", 1), ("exif_orientation_6.png", 1),
            ("jpeg_only_eoi_missing.jpg", 1), ("http_multipart_12_frames.mjpeg", 12),
        ])
    func reads(name: String, count: Int) throws {
        let path = Media.path("cases/" + name)
        let reading = try Reading(path)
        #expect(reading.times.count == count && reading.error == nil)
        let pipe = try piped(readAll(path))
        #expect(pipe.sums == reading.sums && pipe.sizes == reading.sizes && pipe.error == nil)
    }

    @Test("A turned picture is one picture as TIFF and as PNG")
    func sameTurn() throws {
        let tiff = try Reading(Media.path("cases/tiff_orientation_6.tif"))
        let png = try Reading(Media.path("cases/exif_orientation_6.png"))
        #expect(tiff.sizes == png.sizes)
        #expect(try #require(difference(tiff.first, png.first)).mean < 2)
    }
}
