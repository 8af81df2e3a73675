import CMienAV
import CMienJPEG
import Glibc
public import MienImage

/// A picture as files of photos hold it: upright, red, green and blue, 8 bits each. One thread at a time.
public final class StillPicture {
    private let stored: Picture
    private let upright: Picture
    private let reduced: Picture
    private let converter: PictureConverter

    /// Throws where FFmpeg is not installed.
    public init() throws(CaptureError) {
        (stored, upright, reduced) = (try Picture(), try Picture(), try Picture())
        converter = try PictureConverter()
    }

    public var width: Int { upright.width }
    public var height: Int { upright.height }

    /// Becomes a copy of `picture`.
    public func take(_ picture: Picture) throws(CaptureError) {
        let orientation = picture.orientation
        let target = orientation == .up ? upright : stored
        let frame = picture.frame.pointee
        try target.resize(width: Int(frame.width), height: Int(frame.height), format: AV_PIX_FMT_RGB24)
        target.frame.pointee.color_range = AVCOL_RANGE_JPEG
        try converter.convert(picture.frame, into: target.frame)
        if orientation == .up { return }
        try upright.resize(width: picture.width, height: picture.height, format: AV_PIX_FMT_RGB24)
        guard let from = stored.frame.pointee.data.0, let to = upright.frame.pointee.data.0 else { return }
        orientation.apply(
            to: from, width: Int(frame.width), height: Int(frame.height), stride: Int(stored.frame.pointee.linesize.0),
            bytesPerPixel: 3, into: to, stride: Int(upright.frame.pointee.linesize.0))
    }

    /// To draw on it.
    public func canvas() throws(CaptureError) -> Canvas? { try upright.canvas() }

    /// What is inside `box` as a PNG file; `size`: as a square, so many pixels wide, of what lies about the box's middle.
    public func png(of box: Box, size: Int? = nil) throws(CaptureError) -> [UInt8] {
        let part = Box(x: 0, y: 0, width: width, height: height).intersection(size == nil ? box : square(about: box))
        guard let base = upright.frame.pointee.data.0, part.area > 0 else {
            throw CaptureError(.broken, "a picture without pixels")
        }
        let stride = Int(upright.frame.pointee.linesize.0)
        let start = base + part.y * stride + 3 * part.x
        guard let size else { return try Self.png(start, width: part.width, height: part.height, stride: stride) }

        try reduced.resize(width: size, height: size, format: AV_PIX_FMT_RGB24)
        reduced.frame.pointee.color_range = AVCOL_RANGE_JPEG
        try stored.borrow(start, width: part.width, height: part.height, stride: stride, format: AV_PIX_FMT_RGB24)
        try converter.convert(stored.frame, into: reduced.frame)
        guard let first = reduced.frame.pointee.data.0 else { throw .noMemory("a picture") }
        return try Self.png(first, width: size, height: size, stride: Int(reduced.frame.pointee.linesize.0))
    }

    /// As wide as the longer side, as far as the picture reaches.
    private func square(about box: Box) -> Box {
        let side = min(max(box.width, box.height), width, height)
        return Box(
            x: min(max(0, box.x + (box.width - side) / 2), width - side),
            y: min(max(0, box.y + (box.height - side) / 2), height - side), width: side, height: side)
    }

    private static func png(
        _ rgb: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int
    ) throws(CaptureError) -> [UInt8] {
        var size = 0
        guard let bytes = mien_png_encode(rgb, Int32(width), Int32(height), stride, &size) else {
            throw .noMemory("a picture")
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: size))
    }
}
