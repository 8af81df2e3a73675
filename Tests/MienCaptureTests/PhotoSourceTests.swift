import Foundation
import MienCapture
import MienImage
import Testing

/// Pictures small enough to stand here.
private let interlacedPNG = """
    iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAIAAAEi/sChAAAAqklEQVR42hWOMQrCQBBFv5rEKMGIKGRBBkELsZKt5wZ7g6n3ENPsNeYa28wh9ljG\
    4hWvePAAoK3kFSiynps+EAFbPepougCMyF3m0XhqfAYc0afsi/mr+RcBSEAB6toE3iYeCh8rnxC0SzoVvVa9I/iQ/FKcqn8AQqBNpG2iXaauUG80VNo3\
    GgFBkF2UIckhy1RkNrlUuTVZ/l/B+mjHZHO2a7FgRtWezd4/9ZYxt+nRlNgAAAAASUVORK5CYII=
    """
private let printJPEG = """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAoHB4jHhkoIyEjLSsoMDxkQTw3Nzx7WF1JZJGAmZaPgIyKoLTmw6Cq2q2KjMj/y9ru9f///5vB////+v/m/f/4\
    /8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAAFBP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAOBEMATQBZAEsAAD8AsiK2\
    gD//2Q==
    """
private let rgbJPEG = """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU\
    /8AAEQgACAAQA1IRAEcRAEIRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAAIB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAMA1IARwBCAAA/ALAZoi8B/9k=
    """

private func decoded(_ text: String) throws -> [UInt8] { try Array(#require(Data(base64Encoded: text))) }

@Suite struct PhotoSourceTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("An interlaced PNG in colours becomes BT.601 luma")
    func readsInterlacedPNG() throws {
        let reading = try Reading(folder.file("a.png", decoded(interlacedPNG)))
        #expect(reading.sizes == [[9, 7]])
        #expect(reading.times == [0])
        // It was written with x * 25, y * 30 and x * y as red, green and blue.
        let expected = (0..<63).map { index -> UInt8 in
            let (x, y) = (index % 9, index / 9)
            let sum = 299 * 25 * x + 587 * 30 * y + 114 * x * y
            return UInt8((sum + 500) / 1000)
        }
        #expect(try #require(difference(reading.first, expected)).largest <= 1)
    }

    @Test(
        "JPEGs made for print, or of red, green and blue, become luma too",
        arguments: [(printJPEG, 114), (rgbJPEG, 124)])
    func readsOddColourSpaces(text: String, luma: Int) throws {
        let reading = try Reading(folder.file("a.jpg", decoded(text)))
        #expect(reading.sizes == [[16, 8]])
        #expect(reading.first.allSatisfy { abs(Int($0) - luma) <= 2 })
    }

    @Test("What a file holds counts, not its name")
    func ignoresNames() throws {
        #expect(try Reading(folder.file("a.mp4", decoded(rgbJPEG))).sizes == [[16, 8]])
        #expect(try Reading(folder.file("a.jpg", decoded(interlacedPNG))).sizes == [[9, 7]])
    }

    @Test("A header that claims a huge picture is refused before any memory is taken")
    func refusesHugePictures() throws {
        var jpeg = try decoded(rgbJPEG)
        let header = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
        jpeg.replaceSubrange(header + 5..<header + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        let path = try folder.file("huge.jpg", jpeg)
        #expect(
            try Reading(path).error?.description == "\(path): a picture of 65500x65500 is too large; reduce it first")

        var png = try decoded(interlacedPNG)
        png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
        png.replaceSubrange(29..<33, with: checksum(png[12..<29]))
        let reading = try Reading(folder.file("huge.png", png))
        #expect(reading.error?.description.hasSuffix("a picture of 65536x65536 is too large; reduce it first") == true)
    }

    @Test("A PNG that is cut or damaged is refused", arguments: [10, 30, 60, 150, 226])
    func refusesBrokenPNG(count: Int) throws {
        let whole = try decoded(interlacedPNG)
        let cut = try Reading(folder.file("cut.png", whole.prefix(count)))
        #expect(cut.error?.code == .broken)
        var damaged = whole
        damaged[count == 10 ? 13 : count - 4] ^= 0x11
        let reading = try Reading(folder.file("damaged.png", damaged))
        #expect(reading.error?.code == .broken || reading.sizes == [[9, 7]])
    }

    @Test("A PNG's own EXIF turns it", arguments: Orientation.allCases)
    func turnsPNG(orientation: Orientation) throws {
        let plain = try decoded(interlacedPNG)
        let exif =
            Array("MM\0*\0\0\0\u{8}\0\u{1}\u{1}\u{12}\0\u{3}\0\0\0\u{1}\0".utf8) + [
                UInt8(orientation.rawValue), 0, 0, 0, 0, 0, 0,
            ]
        let body = Array("eXIf".utf8) + exif
        let chunk = [0, 0, 0, UInt8(exif.count)] + body + checksum(body[...])
        let turned = try Reading(folder.file("turned.png", plain[..<33] + chunk + plain[33...]))
        try expect(turned, is: orientation, of: Reading(folder.file("plain.png", plain)))
    }

    @Test("A header that promises more pixels than its bytes can hold is refused before there is memory for them")
    func lyingHeader() throws {
        // 23,000 pixels a side in 31 bytes: the start of a frame and of a scan (ITU-T T.81, B.2).
        let side: [UInt8] = [0x59, 0xD8]
        let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8] + side + side + [1, 1, 0x11, 0]
        let bytes = [0xFF, 0xD8] + frame + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0, 0, 0, 0, 0]
        let path = try folder.file("lie.jpg", bytes)
        let reading = try Reading(path)
        #expect(reading.error?.code == .broken && reading.sizes.isEmpty)
        #expect(reading.error?.description == "\(path): 31 bytes hold no picture of 23000x23000")
    }

}

@Suite(.enabled(if: Media.isThere, "needs the pictures of ../shared/media"))
struct PhotoFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("Each EXIF orientation of a JPEG is applied", arguments: Orientation.allCases)
    func turnsJPEG(orientation: Orientation) throws {
        func file(_ value: Int) throws -> String {
            var bytes = try Media.bytes("astronaut_exif6.jpg")
            // The tag's twelve bytes: number, type, count, value; this file has them in either order of bytes.
            let tags: [[UInt8]] = [[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6], [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0]]
            let place = try #require(bytes.indices.first { at in tags.contains { bytes[at...].starts(with: $0) } })
            let isBig = bytes[place] == 0x01
            bytes[place + (isBig ? 9 : 8)] = UInt8(value)
            return try folder.file("\(value).jpg", bytes)
        }
        try expect(Reading(file(orientation.rawValue)), is: orientation, of: Reading(file(1)))
    }

    @Test("A turned JPEG shows what the PNG that it was made of shows")
    func jpegEqualsPNG() throws {
        let jpeg = try Reading(Media.path("astronaut_exif6.jpg"))
        let png = try Reading(Media.path("astronaut.png"))
        let found = try #require(difference(jpeg.first, png.first))
        #expect(found.mean < 2)
    }

    @Test(
        "Photos have their displayed size",
        arguments: [("multi_face.jpg", [1000, 667]), ("exif6_person_from_behind.jpg", [1200, 1800])])
    func hasSize(name: String, size: [Int]) throws {
        let reading = try Reading(Media.path(name))
        #expect(reading.sizes == [size])
        #expect(reading.error == nil)
        #expect(reading.warning == nil)
    }

    @Test("A JPEG cut short delivers nothing and says so", arguments: [10, 1000, 60_000, 138_000])
    func refusesCutJPEG(count: Int) throws {
        let path = try folder.file("cut.jpg", Media.bytes("multi_face.jpg").prefix(count))
        let reading = try Reading(path)
        #expect(reading.times.isEmpty)
        #expect(
            reading.error?.description
                == "\(path): the picture is cut short (\(count) bytes are there); get a complete copy")
    }

    @Test("A JPEG damaged in the middle is delivered with a warning")
    func warnsOfDamage() throws {
        var bytes = try Media.bytes("multi_face.jpg")
        for index in 60_000..<60_100 { bytes[index] ^= 0x5A }
        let path = try folder.file("damaged.jpg", bytes)
        let reading = try Reading(path)
        #expect(reading.sizes == [[1000, 667]])
        #expect(reading.warning?.hasPrefix("\(path): the picture is damaged (") == true)
    }
}

@Suite(.enabled(if: Program.areThere, "needs ffmpeg"))
struct MadePhotoTests {
    static let formats = [
        "-pix_fmt gray png", "-pix_fmt gray16be png", "-pix_fmt rgb24 png", "-pix_fmt rgb48be png",
        "-pix_fmt pal8 png", "-pix_fmt monob png", "-pix_fmt ya8 png", "-pix_fmt rgba png", "-pix_fmt rgba64be png",
        "-pix_fmt yuvj444p -q:v 2 jpg", "-pix_fmt yuvj420p -q:v 2 jpg", "-c:v ljpeg -pix_fmt yuvj420p jpg",
    ]

    @Test("JPEG and PNG of every kind are what the ffmpeg program makes of them", arguments: formats)
    func readsKinds(format: String) throws {
        let folder = try TemporaryFolder()
        let path = try PixelFormatTests.make(format, in: folder)
        let reading = try Reading(path)
        #expect(reading.error == nil)
        let found = try #require(try difference(reading.first, Program.luma(path)))
        #expect(found.largest <= 4 && found.mean < 1.5, "\(found)")
    }

    @Test("Transparent parts of a PNG are white")
    func showsTransparencyAsWhite() throws {
        let folder = try TemporaryFolder()
        let path = try PixelFormatTests.make("-vf format=rgba,colorchannelmixer=aa=0 -pix_fmt rgba png", in: folder)
        #expect(try Reading(path).first.allSatisfy { $0 == 255 })
    }

    @Test("Pictures of one pixel and of 20 million are read", arguments: ["1:1", "5500:3700"], ["png", "jpg", "bmp"])
    func readsExtremes(size: String, kind: String) throws {
        let folder = try TemporaryFolder()
        let path = try PixelFormatTests.make(
            "-vf format=gray,drawbox=color=0x808080:t=fill,scale=\(size) \(kind)", in: folder)
        var frame = Frame()
        let source = try openInput(path)
        #expect(try source.read(into: &frame))
        #expect("\(frame.luma.width):\(frame.luma.height)" == size)
        #expect((127...129).contains(frame.luma.view.row(frame.luma.height - 1)[frame.luma.width - 1]))
        #expect(try !source.read(into: &frame))
    }
}

/// PNG's CRC-32 of a chunk's type and data, as four bytes.
private func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: ~remainder >> (24 - 8 * UInt32($0))) }
}
