import Foundation
import MienCapture
import MienImage
import Testing

@Suite struct CameraPixelTests {
    static let (width, height) = (7, 5)  // odd, so that halved chroma has to be rounded up

    /// A picture of all kinds of values, its RGB such that luma is what `value` says.
    static func value(_ x: Int, _ y: Int) -> UInt8 { UInt8((x * 37 + y * 53 + x * y * 5) & 255) }

    /// The same in the bytes of a format; `other` is what lies in between and behind.
    static func bytes(_ name: String, other: UInt8 = 99) -> [UInt8] {
        var bytes: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let luma = value(x, y)
                switch name {
                case "yuyv", "yvyu": bytes += [luma, other]
                case "uyvy", "vyuy": bytes += [other, luma]
                case "y16": bytes += [luma, luma]  // luma * 257, for 65535 is white
                case "rgb24", "bgr24": bytes += [luma, luma, luma]
                default: bytes.append(luma)
                }
            }
        }
        let chroma =
            switch name {
            case "nv12", "nv21", "yu12", "yv12": 2 * 4 * 3
            case "nv16", "422p": 2 * 4 * height
            default: 0
            }
        return bytes + Array(repeating: other, count: chroma)
    }

    /// What V4L2 and BT.601 say: colour differences come with 16 to 235, grey and RGB with all values.
    static func expected(_ name: String, _ x: Int, _ y: Int) -> Int {
        let luma = Double(value(x, y))
        if ["grey", "y16", "rgb24", "bgr24"].contains(name) { return Int(luma) }
        return Int(min(max((luma - 16) * 255 / 219, 0), 255).rounded())
    }

    /// A source that reads these bytes from a pipe.
    static func source(_ bytes: [UInt8], _ name: String) throws -> (RawSource, Pipe) {
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data(bytes))
        try pipe.fileHandleForWriting.close()
        let source = try RawSource(
            descriptor: pipe.fileHandleForReading.fileDescriptor, format: #require(PixelFormat(named: name)),
            width: width, height: height)
        return (source, pipe)
    }

    @Test(
        "luma is taken out of every raw format, at full range, frame after frame",
        arguments: PixelFormat.known.map { $0.names[0] }.filter { !$0.contains("jp") })
    func raw(name: String) throws {
        let (source, pipe) = try Self.source(Self.bytes(name) + Self.bytes(name, other: 7), name)
        var frame = Frame()
        for number in 0..<2 {
            #expect(try source.read(into: &frame))
            #expect(frame.number == number && frame.luma.width == Self.width && frame.luma.height == Self.height)
            for y in 0..<Self.height {
                for x in 0..<Self.width {
                    #expect(Int(frame.luma.view.row(y)[x]) == Self.expected(name, x, y), "\(name) at \(x), \(y)")
                }
            }
        }
        #expect(try !source.read(into: &frame))
        #expect(source.warning == nil)
        _ = pipe
    }

    @Test("red, green and blue weigh as in BT.601, in either order", arguments: ["rgb24", "bgr24"])
    func weights(name: String) throws {
        let colours: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
        let pixels = (0..<35).flatMap { name == "rgb24" ? colours[$0 % 3] : colours[$0 % 3].reversed() }
        let (source, pipe) = try Self.source(pixels, name)
        var frame = Frame()
        #expect(try source.read(into: &frame))
        let row = frame.luma.view.row(0)
        for (sample, exact) in zip(row, [76.2, 149.7, 29.1]) { #expect(abs(Double(sample) - exact) < 1) }
        _ = pipe
    }

    @Test("a part of a frame at the end is left out and told of; nothing but a part is an error")
    func partialFrame() throws {
        let (source, pipe) = try Self.source(Self.bytes("grey") + [1, 2, 3], "grey")
        var frame = Frame()
        #expect(try source.read(into: &frame))
        #expect(try !source.read(into: &frame))
        #expect(source.warning?.contains("3 bytes") == true)

        let (short, shortPipe) = try Self.source([1, 2, 3], "grey")
        let error = #expect(throws: CaptureError.self) { try short.read(into: &frame) }
        #expect(error?.description.contains("--size") == true)
        _ = (pipe, shortPipe)
    }

    @Test("a pipe that gives nothing is no reason not to stop")
    func interruption() throws {
        let pipe = Pipe()
        let source = try RawSource(
            descriptor: pipe.fileHandleForReading.fileDescriptor, format: #require(PixelFormat(named: "grey")),
            width: 8, height: 8)
        let interruption = source.interruption
        Thread.detachNewThread { interruption.raise() }
        var frame = Frame()
        #expect(try !source.read(into: &frame))
        withExtendedLifetime(pipe) {}
    }

    @Test("frames that differ in size need a container")
    func compressed() {
        #expect(throws: CaptureError.self) {
            _ = try RawSource(format: #require(PixelFormat(named: "mjpeg")), width: 8, height: 8)
        }
    }
}

/// MJPEG as cameras send it.
@Suite(.enabled(if: Program.areThere, "needs ffmpeg, which makes the pictures"))
struct CameraJPEGTests {
    /// FFmpeg's test picture in colour, 64x48, as a JPEG with standard Huffman tables, and its luma as FFmpeg reads it.
    static func picture() throws -> (jpeg: [UInt8], luma: [UInt8]) {
        let folder = try TemporaryFolder()
        let path = folder.path("picture.jpg")
        try Program.run(
            "ffmpeg",
            "-f lavfi -i testsrc2=size=64x48 -frames:v 1 -pix_fmt yuvj422p -huffman default -q:v 2 -f mjpeg"
                .split(separator: " ").map(String.init) + [path])
        let planes = try Program.run(
            "ffmpeg", "-i \(path) -pix_fmt yuvj422p -f rawvideo -".split(separator: " ").map(String.init))
        return (try Array(Data(contentsOf: URL(filePath: path))), Array(planes.prefix(64 * 48)))
    }

    /// Without the segments of Huffman tables, as many webcams send it.
    static func withoutTables(_ jpeg: [UInt8]) -> [UInt8] {
        var result = Array(jpeg.prefix(2))
        var at = 2
        while at + 4 <= jpeg.count, jpeg[at + 1] != 0xDA {
            let length = 2 + Int(jpeg[at + 2]) << 8 + Int(jpeg[at + 3])
            if jpeg[at + 1] != 0xC4 { result += jpeg[at..<at + length] }
            at += length
        }
        return result + jpeg[at...]
    }

    /// What comes out when a camera sends these pictures, and then the good one over and over: the frame that is read
    /// first, and the camera's counters.
    static func read(_ pictures: [[UInt8]], good: [UInt8]) throws -> (luma: [UInt8], counters: CameraCounters) {
        let computer = FakeComputer()
        computer.change { world in
            world.formats = [("MJPG", (64, 48), 64 * 48 * 4)]
            world.pictures = (pictures + Array(repeating: good, count: 5)).map { .init(bytes: $0) }
        }
        let rig = try Rig(computer)
        _ = try rig.read(1)
        let luma = (0..<48).flatMap { Array(rig.frame.luma.view.row($0)) }
        return (luma, try #require(rig.source).status.counters)
    }

    static func difference(_ a: [UInt8], _ b: [UInt8]) -> Int { zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 255 }

    @Test("luma is that of another decoder, with Huffman tables, without, and without an end marker")
    func luma() throws {
        let (jpeg, luma) = try Self.picture()
        let bare = Self.withoutTables(jpeg)
        #expect(bare.count < jpeg.count - 400)
        for sent in [jpeg, bare, jpeg.dropLast(2), bare + Array(repeating: 0, count: 100)] {
            let (seen, counters) = try Self.read([sent], good: sent)
            #expect(seen.count == luma.count && Self.difference(seen, luma) <= 2)
            #expect(counters.damaged == 0)
        }
    }

    @Test("damaged pictures are left out and counted, and don't spoil the next")
    func damage() throws {
        let (jpeg, luma) = try Self.picture()
        let bare = Self.withoutTables(jpeg)
        var garbled = jpeg
        for index in garbled.count / 3..<garbled.count {
            garbled[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13)
        }
        var wrongTables = jpeg
        if let tables = jpeg.indices.first(where: { $0 + 1 < jpeg.count && jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC4 }) {
            wrongTables[tables + 30] ^= 0x55
        }
        var wrongSize = jpeg
        if let frame = jpeg.indices.first(where: { $0 + 1 < jpeg.count && jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 }) {
            wrongSize[frame + 7] = 0xFF
        }
        let damaged = [
            Array(jpeg.prefix(jpeg.count / 2)), garbled, wrongTables, wrongSize, [], [0xFF, 0xD8], [1, 2, 3],
        ]
        let (seen, counters) = try Self.read(damaged, good: bare)
        #expect(counters.damaged == damaged.count)
        #expect(Self.difference(seen, luma) <= 2)
    }

    @Test("pictures whose last row of blocks is filled up are as high as they say")
    func filledUp() throws {
        let (jpeg, luma) = try Self.picture()
        let computer = FakeComputer()
        computer.change { world in
            world.formats = [("MJPG", (64, 40), 64 * 48 * 4)]
            world.pictures = [.init(bytes: jpeg)]
        }
        let rig = try Rig(computer)
        _ = try rig.read(1)
        #expect(rig.frame.luma.height == 48)
        #expect(rig.frame.luma.view.row(47).elementsEqual(luma.suffix(64)) { abs(Int($0) - Int($1)) <= 2 })
    }
}
