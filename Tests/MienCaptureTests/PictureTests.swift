import CMienAV
import Foundation
import MienImage
import Testing

@testable import MienCapture

/// Colour pictures of frames, for sinks that show or keep them.
struct PictureTests {
    /// Reads one frame from bytes as a pipe brings them, and gives its picture in RGB.
    private func convert(
        _ bytes: [UInt8], _ format: String, width: Int, height: Int
    ) throws -> [[UInt8]] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        let format = try #require(PixelFormat(named: format))
        let source = try RawSource(descriptor: ends[0], format: format, width: width, height: height)
        let pictures = try source.keepPictures()
        var frame = Frame()
        #expect(try source.read(into: &frame))
        let rgb = try Picture()
        try rgb.resize(width: width, height: height, format: AV_PIX_FMT_RGB24)
        rgb.frame.pointee.color_range = AVCOL_RANGE_JPEG
        try pictures.picture(of: frame).convert(into: rgb, using: PictureConverter())
        let base = try #require(rgb.frame.pointee.data.0)
        return (0..<height).flatMap { y in
            (0..<width).map { x in
                let pixel = base + y * Int(rgb.frame.pointee.linesize.0) + 3 * x
                return [pixel[0], pixel[1], pixel[2]]
            }
        }
    }

    /// Pure red by ITU-R BT.601, limited: Y 81, Cb 90, Cr 240.
    @Test(
        "A camera's layouts come out in their colours",
        arguments: [
            ("nv12", [81, 81, 81, 81, 81, 81, 81, 81, 90, 240, 90, 240]),
            ("nv21", [81, 81, 81, 81, 81, 81, 81, 81, 240, 90, 240, 90]),
            ("yu12", [81, 81, 81, 81, 81, 81, 81, 81, 90, 90, 240, 240]),
            ("yv12", [81, 81, 81, 81, 81, 81, 81, 81, 240, 240, 90, 90]),
            ("yuyv", [81, 90, 81, 240, 81, 90, 81, 240, 81, 90, 81, 240, 81, 90, 81, 240]),
            ("uyvy", [90, 81, 240, 81, 90, 81, 240, 81, 90, 81, 240, 81, 90, 81, 240, 81]),
            ("yvyu", [81, 240, 81, 90, 81, 240, 81, 90, 81, 240, 81, 90, 81, 240, 81, 90]),
            ("422p", [81, 81, 81, 81, 81, 81, 81, 81, 90, 90, 90, 90, 240, 240, 240, 240]),
            ("nv16", [81, 81, 81, 81, 81, 81, 81, 81, 90, 240, 90, 240, 90, 240, 90, 240]),
            ("rgb24", [UInt8](repeating: 0, count: 24).enumerated().map { $0.offset % 3 == 0 ? 255 : 0 }),
            ("bgr24", [UInt8](repeating: 0, count: 24).enumerated().map { $0.offset % 3 == 2 ? 255 : 0 }),
        ] as [(String, [UInt8])])
    func colours(_ format: String, _ bytes: [UInt8]) throws {
        for pixel in try convert(bytes, format, width: 4, height: 2) {
            #expect(pixel[0] >= 250 && pixel[1] <= 5 && pixel[2] <= 5, "\(format): \(pixel)")
        }
    }

    @Test("Grey comes out grey")
    func grey() throws {
        #expect(try convert([0, 100, 200, 255], "grey", width: 2, height: 2).map { $0[1] } == [0, 100, 200, 255])
    }

    @Test("A picture that is drawn on doesn't change the one that it shares pixels with")
    func sharing() throws {
        let (one, other) = (try Picture(), try Picture())
        try one.resize(width: 64, height: 64, format: AV_PIX_FMT_GRAY8)
        let base = try #require(one.frame.pointee.data.0)
        base[0] = 7
        try other.share(one)
        let canvas = try #require(try other.canvas())
        canvas.components[0].base.storeBytes(of: 200, as: UInt8.self)
        #expect(base[0] == 7)
        #expect(other.frame.pointee.data.0?[0] == 200)
    }
}

/// Pictures of the recordings in ../shared/media.
@Suite(.enabled(if: Media.isThere, "there is no ../shared/media beside the checkout"))
struct RecordedPictureTests {
    @Test(
        "The picture of each frame is the one that its luma was taken from, however late it is asked for",
        arguments: ["single_face.mp4", "noface_face.mov", "single_face_portrait_rotated.mp4"])
    func sameFrames(_ clip: String) throws {
        let path = Media.path(clip)
        let source = try VideoSource(path: path)
        let pictures = try source.keepPictures()
        let ahead = 24
        var slots = [Frame.Slot]()
        while true {
            let slot = Frame.Slot()
            guard try source.read(into: &slot.frame) else { break }
            slots.append(slot)
            if slots.count >= ahead { try compare(pictures, slots[slots.count - ahead], path) }
        }
        for slot in slots.suffix(ahead - 1) { try compare(pictures, slot, path) }
    }

    private func compare(_ pictures: any PictureReader, _ slot: Frame.Slot, _ path: String) throws {
        let picture = try pictures.picture(of: slot.frame)
        #expect(picture.width == slot.frame.width && picture.height == slot.frame.height)
        let luma = VideoLuma(name: path, av: picture.av, streamOrientation: picture.orientation)
        var again = Plane()
        try luma.read(picture.frame, into: &again)
        let (one, other) = (slot.frame.luma.view, again.view)
        #expect((0..<one.height).allSatisfy { one.row($0).elementsEqual(other.row($0)) })
    }
}

extension Frame {
    /// Arrays take no values that can't be copied.
    fileprivate final class Slot {
        var frame = Frame()
    }
}
