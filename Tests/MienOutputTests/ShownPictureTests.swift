import CMienAV
import Mien
import Testing

@testable import MienOutput

@Suite struct ShownPictureTests {
    /// Left half dark, right half bright.
    private func picture(_ format: AVPixelFormat) throws -> Picture {
        let picture = try Picture()
        try picture.resize(width: 320, height: 240, format: format)
        let frame = picture.frame.pointee
        for y in 0..<240 {
            for x in 0..<320 { frame.data.0?[y * Int(frame.linesize.0) + x] = x < 160 ? 40 : 200 }
        }
        for plane in [frame.data.1, frame.data.2] { plane?.update(repeating: 128, count: 120 * Int(frame.linesize.1)) }
        return picture
    }

    private func result(_ box: Box) -> FrameResult {
        let face = Face(
            id: 1, box: box, probabilities: Probabilities([0, 0, 1, 0, 0, 0]),
            smoothed: Smoothed(label: .happy, confidence: 1), detected: true)
        return FrameResult(source: "a", frame: 0, time: 0, width: 320, height: 240, faces: [face])
    }

    private func upright(_ picture: Picture) throws -> [[UInt8]] {
        let (target, way) = (try Picture(), try Picture())
        try picture.turn(into: target, as: AV_PIX_FMT_YUV420P, using: PictureConverter(), by: way)
        let frame = target.frame.pointee
        return (0..<240).map { y in (0..<320).map { frame.data.0![y * Int(frame.linesize.0) + $0] } }
    }

    @Test("A mirrored picture has its box on the other side, and letters that can be read")
    func mirror() throws {
        let source = try picture(AV_PIX_FMT_YUV420P)
        let (plain, mirrored) = (try ShownPicture(privacy: .none), try ShownPicture(privacy: .none))
        mirrored.isMirrored = true
        // The picture is the same on both sides of this mirror, but for its halves' tones.
        try plain.draw(result(Box(x: 200, y: 100, width: 60, height: 60)), on: source)
        try mirrored.draw(result(Box(x: 60, y: 100, width: 60, height: 60)), on: source)
        let (one, other) = (try upright(plain.picture), try upright(mirrored.picture))
        #expect(one[20][10] == 40 && other[20][10] == 200)
        // Both draw at the same place: the outline's left side.
        for y in 120..<150 {
            #expect(one[y][200] != 200)
            #expect(other[y][200] != 40)
        }
        // The letters' bright pixels are the same ones.
        func bright(_ rows: [[UInt8]]) -> [[Bool]] { rows[70..<98].map { $0[200..<300].map { $0 > 215 } } }
        #expect(bright(one) == bright(other))
        #expect(bright(one).joined().contains(true))
    }

    @Test("The source's picture stays as it was")
    func source() throws {
        let source = try picture(AV_PIX_FMT_YUV420P)
        let shown = try ShownPicture(privacy: .box)
        try shown.draw(result(Box(x: 100, y: 100, width: 60, height: 60)), on: source)
        #expect(try upright(source)[130][110] == 40)
        #expect(try upright(shown.picture)[130][110] != 40)
    }

    @Test("Grey pictures get the overlay's colours")
    func colour() throws {
        let shown = try ShownPicture(privacy: .none)
        try shown.draw(result(Box(x: 100, y: 100, width: 60, height: 60)), on: picture(AV_PIX_FMT_GRAY8))
        let frame = shown.picture.frame.pointee
        #expect(frame.format == AV_PIX_FMT_YUV420P.rawValue)
        let chroma = (0..<120 * Int(frame.linesize.1)).map { frame.data.1![$0] }
        #expect(chroma.contains { $0 < 118 })
    }

    @Test("Where there is nothing to draw, nothing is copied")
    func idle() throws {
        let source = try picture(AV_PIX_FMT_YUV420P)
        let shown = try ShownPicture(privacy: .none)
        shown.overlay.isShown = false
        try shown.draw(result(Box(x: 100, y: 100, width: 60, height: 60)), on: source)
        #expect(shown.picture.frame.pointee.data.0 == source.frame.pointee.data.0)
    }
}
