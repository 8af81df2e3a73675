import CMienAV
import Mien
import MienCapture
import MienImage

/// The form that all pictures of a written stream have, and what brings others into it: it is that of the first one. Later
/// ones of another size, shape or orientation are fitted in, upright, on black. One thread at a time.
final class StreamForm {
    /// Of the pictures as they are encoded.
    let (width, height): (Int32, Int32)
    let pixelAspect: PixelAspect
    let orientation: Orientation
    /// As that of the first picture, before it was filled up to an even size.
    private let (firstWidth, firstHeight): (Int32, Int32)
    private let format: AVPixelFormat
    private let range: AVColorRange
    private let colourSpace: AVColorSpace
    private let converter: PictureConverter
    private let painter = Painter()
    private let (upright, way, part): (Picture, Picture, Picture)

    /// `encoder`: of pictures like `first`, which the stream shows as they are stored, or else upright and with square pixels.
    init(_ first: Picture, asStored: Bool, _ encoder: UnsafeMutablePointer<AVCodecContext>) throws(CaptureError) {
        (width, height, format) = (encoder.pointee.width, encoder.pointee.height, encoder.pointee.pix_fmt)
        (range, colourSpace) = (encoder.pointee.color_range, encoder.pointee.colorspace)
        (pixelAspect, orientation) = asStored ? (first.pixelAspect, first.orientation) : (.square, .up)
        (firstWidth, firstHeight) = (
            asStored ? first.frame.pointee.width : Int32(clamping: first.width),
            asStored ? first.frame.pointee.height : Int32(clamping: first.height)
        )
        converter = try PictureConverter()
        (upright, way, part) = (try Picture(), try Picture(), try Picture())
    }

    /// Has `picture` show the same as `shown` in this form. Gives where in it, as displayed, that lies; nil: everywhere, as it
    /// was.
    func show(_ shown: Picture, in picture: Picture) throws(CaptureError) -> Region? {
        defer { (picture.pixelAspect, picture.orientation) = (pixelAspect, orientation) }
        var source = shown
        if shown.orientation != orientation {
            try turn(shown)
            source = upright
        }
        let frame = source.frame.pointee
        let isSame = frame.width == firstWidth && frame.height == firstHeight && source.pixelAspect == pixelAspect
        if isSame, frame.width == width, frame.height == height, AVPixelFormat(frame.format) == format {
            try picture.share(source)
            return nil
        }
        try picture.resize(width: Int(width), height: Int(height), format: format)
        picture.frame.pointee.color_range = range
        picture.frame.pointee.colorspace = colourSpace
        (picture.pixelAspect, picture.orientation) = (pixelAspect, orientation)
        if isSame {
            try source.convert(into: picture, using: converter)
            return nil
        }
        if let canvas = try picture.canvas() {
            painter.fill(RoundedRectangle(Region(canvas.bounds), radius: 0), Colour(0, 0, 0), on: canvas)
        }
        let box = place(of: source, in: picture)
        try cut(picture.stored(box), out: picture)
        try source.convert(into: part, using: converter)
        return Region(box)
    }

    /// The largest box of the same shape in the middle, as displayed.
    private func place(of source: Picture, in picture: Picture) -> Box {
        let scale = min(
            Double(picture.width) / Double(max(source.width, 1)), Double(picture.height) / Double(max(source.height, 1))
        )
        // Chroma's samples are shared by two pixels each way.
        let width = max(2, Int((Double(source.width) * scale).rounded()) & -2)
        let height = max(2, Int((Double(source.height) * scale).rounded()) & -2)
        return Box(
            x: (picture.width - width) / 4 * 2, y: (picture.height - height) / 4 * 2, width: width, height: height)
    }

    private func turn(_ shown: Picture) throws(CaptureError) {
        try shown.turn(
            into: upright, as: AV_PIX_FMT_YUV420P, range: range == AVCOL_RANGE_JPEG ? range : AVCOL_RANGE_MPEG,
            using: converter, by: way)
    }

    /// Has `part` show the stored pixels of `picture` inside `box`, in the same memory.
    private func cut(_ box: Box, out picture: Picture) throws(CaptureError) {
        try part.share(picture)
        let frame = part.frame
        let (left, top) = (box.x & -2, box.y & -2)
        (frame.pointee.crop_left, frame.pointee.crop_top) = (left, top)
        frame.pointee.crop_right = max(0, Int(frame.pointee.width) - left - (box.width & -2))
        frame.pointee.crop_bottom = max(0, Int(frame.pointee.height) - top - (box.height & -2))
        let status = picture.av.pointee.av_frame_apply_cropping(frame, Int32(AV_FRAME_CROP_UNALIGNED))
        guard status >= 0 else { throw CaptureError(.unsupported, "pictures of this kind can't be fitted in") }
    }
}

extension FrameResult {
    /// What is known where the picture is shown inside `place` of another one.
    func fitted(into place: Region, of picture: Picture) -> FrameResult {
        var fitted = self
        let (x, y) = (place.width / Double(max(width, 1)), place.height / Double(max(height, 1)))
        (fitted.width, fitted.height) = (picture.width, picture.height)
        for index in faces.indices {
            let box = Region(faces[index].box)
            fitted.faces[index].box = Box(
                Region(
                    x: place.x + box.x * x, y: place.y + box.y * y, width: box.width * x, height: box.height * y))
        }
        return fitted
    }
}
