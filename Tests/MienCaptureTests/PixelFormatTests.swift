import MienCapture
import MienImage
import Testing

/// Clips made by the ffmpeg program, against what it makes of them itself.
@Suite(.enabled(if: Program.areThere, "needs ffmpeg"))
struct PixelFormatTests {
    /// Arguments of the encoder and the file's extension: formats with luma, as the decoder hands them out.
    static let withLuma = [
        "-c:v ffv1 -pix_fmt yuv420p mkv", "-c:v ffv1 -pix_fmt yuv420p -color_range tv mkv",
        "-c:v ffv1 -pix_fmt yuv444p -color_range pc mkv", "-c:v mjpeg -pix_fmt yuvj420p -q:v 2 avi",
        "-c:v libx264 -pix_fmt yuv420p -color_range pc mp4", "-c:v libx264 -pix_fmt yuvj420p mp4",
        "-c:v libx264 -pix_fmt yuv420p10le mp4", "-c:v libx264 -pix_fmt yuv422p10le -color_range pc mp4",
        "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p12le mp4", "-c:v libvpx-vp9 -pix_fmt yuv420p webm",
        "-c:v ffv1 -pix_fmt yuv420p16le mkv", "-c:v ffv1 -pix_fmt yuv444p9le mkv",
        "-c:v ffv1 -pix_fmt gray mkv", "-c:v ffv1 -pix_fmt gray10le mkv", "-c:v ffv1 -pix_fmt gray16le mkv",
        "-c:v ffv1 -pix_fmt yuva420p mkv", "-c:v rawvideo -pix_fmt nv12 nut", "-c:v rawvideo -pix_fmt yuyv422 nut",
        "-c:v rawvideo -pix_fmt uyvy422 nut", "-c:v rawvideo -pix_fmt p010le nut", "-c:v rawvideo -pix_fmt p010be nut",
        "-c:v rawvideo -pix_fmt yuv420p10be nut", "-c:v rawvideo -pix_fmt gray12be nut", "-c:v prores mov",
        "-c:v mpeg2video mpg", "-c:v rawvideo -pix_fmt ya8 nut", "-c:v libwebp -pix_fmt yuv420p webp",
    ]
    /// Those without, which are converted.
    static let withoutLuma = [
        "-c:v ffv1 -pix_fmt bgr0 mkv", "-c:v rawvideo -pix_fmt rgb24 nut", "-c:v rawvideo -pix_fmt rgb565le nut",
        "-c:v rawvideo -pix_fmt rgb48be nut", "-c:v ffv1 -pix_fmt gbrp10le mkv", "-c:v png -pix_fmt rgba mov", "gif",
        "-c:v bmp bmp", "-c:v rawvideo -pix_fmt monob nut", "-c:v tiff -pix_fmt rgb24 tiff", "-c:v targa tga",
        "-c:v libx264rgb -pix_fmt rgb24 mp4", "-c:v libwebp -lossless 1 -pix_fmt bgra webp",
    ]

    static func make(_ format: String, in folder: TemporaryFolder) throws -> String {
        var words = format.split(separator: " ").map(String.init)
        let path = folder.path("clip." + words.removeLast())
        try Program.make(path, words.joined(separator: " "), frames: 1)
        return path
    }

    @Test("Luma of every layout, depth and range becomes 8 bits, full range", arguments: withLuma)
    func readsLuma(format: String) throws {
        let folder = try TemporaryFolder()
        let path = try Self.make(format, in: folder)
        let reading = try Reading(path)
        #expect(reading.error == nil)
        #expect(reading.sizes == [[70, 50]])
        let found = try #require(try difference(reading.first, Program.luma(path)))
        #expect(found.largest <= 2 && found.mean < 0.6, "\(found)")
    }

    @Test("Pictures without luma are converted", arguments: withoutLuma)
    func convertsOthers(format: String) throws {
        let folder = try TemporaryFolder()
        let path = try Self.make(format, in: folder)
        let reading = try Reading(path)
        #expect(reading.error == nil)
        #expect(reading.sizes == [[70, 50]])
        let found = try #require(try difference(reading.first, Program.luma(path)))
        #expect(found.largest <= 4 && found.mean < 1.5, "\(found)")
    }

    @Test(
        "Converted colours have BT.601's luma, full range",
        arguments: ["-c:v bmp bmp", "-c:v rawvideo -pix_fmt rgb48be nut", "-c:v ffv1 -pix_fmt gbrp10le mkv"],
        [("black", 0), ("white", 255), ("0x808080", 128), ("0xFF0000", 76), ("0x00FF00", 150), ("0x0000FF", 29)])
    func convertsColours(format: String, colour: (name: String, luma: Int)) throws {
        let folder = try TemporaryFolder()
        let path = try Self.make("-vf format=rgb24,drawbox=color=\(colour.name):t=fill " + format, in: folder)
        #expect(try Reading(path).first.allSatisfy { abs(Int($0) - colour.luma) <= 1 })
    }

    @Test(
        "Widths and heights that are odd, or less than a block, lose nothing",
        arguments: ["2x2", "17x1", "1x9", "639x361"])
    func readsOddSizes(size: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("odd.mkv")
        let sides = size.split(separator: "x")
        try Program.make(path, "-vf scale=\(sides[0]):\(sides[1]),setsar=1 -c:v ffv1 -pix_fmt yuv444p", frames: 2)
        let reading = try Reading(path)
        #expect(reading.sizes == Array(repeating: sides.compactMap { Int($0) }, count: 2))
        #expect(try #require(try difference(reading.first, Program.luma(path))).largest <= 2)
    }

    @Test("A recording whose size changes on the way goes on in the new size")
    func survivesChangesOfSize() throws {
        let folder = try TemporaryFolder()
        var bytes: [UInt8] = []
        for size in ["64x48", "96x32"] {
            try Program.make(folder.path("part.h264"), "-c:v libx264", size: size, frames: 3)
            bytes += try readAll(folder.path("part.h264"))
        }
        let reading = try Reading(folder.file("both.h264", bytes))
        #expect(reading.sizes == Array(repeating: [64, 48], count: 3) + Array(repeating: [96, 32], count: 3))
        #expect(reading.error == nil)
    }
}
