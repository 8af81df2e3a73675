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
        try picture.turn(
            into: upright, as: AV_PIX_FMT_RGB24, range: AVCOL_RANGE_JPEG, using: converter, by: stored)
    }

    /// To draw on it.
    public func canvas() throws(CaptureError) -> Canvas? { try upright.canvas() }

    /// What is inside `box` as a PNG file; `size`: as a square, so many pixels wide, of what lies about the box's middle.
    public func png(of box: Box, size: Int? = nil) throws(CaptureError) -> [UInt8] {
        let whole = Box(x: 0, y: 0, width: width, height: height)
        let part = size == nil ? box.intersection(whole) : box.square(max(box.width, box.height), within: whole)
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
