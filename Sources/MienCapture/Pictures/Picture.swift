package import CMienAV
public import MienImage

/// A picture in its source's own colours, layout and size, as FFmpeg's `AVFrame`. One thread at a time.
public final class Picture {
    package let frame: UnsafeMutablePointer<AVFrame>
    package let av: UnsafePointer<mien_av>
    /// The shape of its pixels, and how it is to be turned to stand upright.
    public package(set) var pixelAspect = PixelAspect.square
    public package(set) var orientation = Orientation.up

    /// One without pixels. Throws where FFmpeg is not installed, or there is no memory.
    public init() throws(CaptureError) {
        av = try FFmpeg.load()
        guard let frame = av.pointee.av_frame_alloc() else { throw .noMemory("a picture") }
        self.frame = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av.pointee.av_frame_free(&frame)
    }

    /// Size as displayed, in pixels.
    public var width: Int { orientation.isTransposed ? Int(frame.pointee.height) : columns }
    public var height: Int { orientation.isTransposed ? columns : Int(frame.pointee.height) }
    private var columns: Int { pixelAspect.displayed(Int(frame.pointee.width)) }

    /// Where a box of the picture as displayed lies among its stored pixels: whole ones, inside.
    package func stored(_ box: Box) -> Box {
        let turned = orientation.stored(box, width: width, height: height)
        let (stored, shown) = (Int(frame.pointee.width), max(columns, 1))
        let left = turned.x * stored / shown
        return Box(
            x: left, y: turned.y, width: max(1, (turned.x + turned.width) * stored / shown - left),
            height: turned.height)
    }

    /// Becomes the same picture as `other`. Its pixels are shared until one of both is drawn on.
    public func share(_ other: Picture) throws(CaptureError) {
        av.pointee.av_frame_unref(frame)
        guard av.pointee.av_frame_ref(frame, other.frame) >= 0 else { throw .noMemory("a picture") }
        (pixelAspect, orientation) = (other.pixelAspect, other.orientation)
    }

    /// Gives it pixels of its own, not set to anything, with rows as FFmpeg likes them; those that it has are kept in use
    /// if they are as many and nobody else's.
    package func resize(
        width: Int, height: Int, format: AVPixelFormat
    ) throws(CaptureError) {
        let now = frame.pointee
        if Int(now.width) == width, Int(now.height) == height, now.format == format.rawValue,
            av.pointee.av_frame_is_writable(frame) > 0
        {
            return
        }
        av.pointee.av_frame_unref(frame)
        (frame.pointee.width, frame.pointee.height) = (Int32(width), Int32(height))
        frame.pointee.format = format.rawValue
        guard av.pointee.av_frame_get_buffer(frame, 0) >= 0 else { throw .noMemory("a picture") }
    }

    /// Shows pixels of another owner, who keeps them as long as they are looked at.
    func borrow(
        _ base: UnsafeMutablePointer<UInt8>, width: Int, height: Int, stride: Int, format: AVPixelFormat
    ) throws(CaptureError) {
        av.pointee.av_frame_unref(frame)
        frame.pointee.data.0 = base
        frame.pointee.linesize.0 = Int32(stride)
        (frame.pointee.width, frame.pointee.height) = (Int32(width), Int32(height))
        frame.pointee.format = format.rawValue
        frame.pointee.color_range = AVCOL_RANGE_JPEG
    }

    /// Writes it into `target` in another pixel format, and another size where `target` has one. What shape pixels have then
    /// is up to the caller.
    package func convert(into target: Picture, using converter: PictureConverter) throws(CaptureError) {
        try converter.convert(frame, into: target.frame)
        target.orientation = orientation
    }
}
