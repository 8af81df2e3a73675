import CMienAV
import Mien
import MienCapture

/// A picture as people are to see it: with the overlay, and mirrored where they look at themselves.
final class ShownPicture {
    let overlay: Overlay
    var isMirrored = false
    /// What was drawn last. Its orientation says how to turn and mirror it.
    let picture: Picture
    /// What is known of that, with the faces where the picture has them.
    private(set) var result = FrameResult(source: "", frame: 0, time: 0, width: 0, height: 0, faces: [])
    private let converter: PictureConverter

    init(privacy: Privacy) throws(CaptureError) {
        overlay = Overlay(privacy: privacy)
        picture = try Picture()
        converter = try PictureConverter()
    }

    /// Draws `result` on a copy of `source`; without a copy where there is nothing to draw.
    func draw(_ result: borrowing FrameResult, on source: Picture) throws(CaptureError) {
        try picture.share(source)
        self.result = isMirrored ? result.mirrored : copy result
        if isMirrored { picture.orientation = picture.orientation.mirrored }
        guard !overlay.isIdle else { return }
        if let canvas = try picture.canvas(), canvas.components.count >= 3 {
            return overlay.draw(self.result, on: canvas)
        }
        // Palettes and the like can't be drawn on, and on grey no colour is seen.
        let (frame, aspect, orientation) = (source.frame.pointee, picture.pixelAspect, picture.orientation)
        try picture.resize(width: Int(frame.width), height: Int(frame.height), format: AV_PIX_FMT_YUV420P)
        picture.frame.pointee.color_range = AVCOL_RANGE_MPEG
        try source.convert(into: picture, using: converter)
        (picture.pixelAspect, picture.orientation) = (aspect, orientation)
        if let canvas = try picture.canvas() { overlay.draw(self.result, on: canvas) }
    }
}

extension FrameResult {
    /// As seen in a mirror.
    fileprivate var mirrored: FrameResult {
        var mirrored = self
        for index in faces.indices {
            mirrored.faces[index].box.x = width - faces[index].box.x - faces[index].box.width
        }
        return mirrored
    }
}
