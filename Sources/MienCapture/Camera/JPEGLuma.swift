import CMienJPEG
import MienImage

/// Decodes a camera's MJPEG, picture by picture, to luma alone. One thread at a time.
///
/// Many webcams leave the Huffman tables out, for they are always those of the standard's annex K; libjpeg-turbo then
/// puts these in.
final class JPEGLuma {
    private let width: Int
    private let height: Int
    private var decoder: OpaquePointer?

    init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    deinit { mien_jpeg_destroy(decoder) }

    /// False where the picture is damaged: `target` then holds anything.
    func decode(_ bytes: UnsafeRawBufferPointer, into target: inout Plane) -> Bool {
        if decoder == nil { decoder = mien_jpeg_create() }
        guard let decoder, let base = bytes.baseAddress else { return false }
        if decode(decoder, base.assumingMemoryBound(to: UInt8.self), bytes.count, into: &target) { return true }
        // Tables of a damaged picture must not serve the next one that brings none.
        mien_jpeg_destroy(decoder)
        self.decoder = nil
        return false
    }

    private func decode(
        _ decoder: OpaquePointer, _ bytes: UnsafePointer<UInt8>, _ count: Int, into target: inout Plane
    ) -> Bool {
        var info = mien_jpeg_info()
        var warnings: Int32 = 0
        // Encoders may fill up the last row of blocks. Any other size is a damaged header, and could be enormous.
        guard mien_jpeg_begin(decoder, bytes, count, &info) == MIEN_JPEG_OK, Int(info.width) == width,
            (height..<height + 16).contains(Int(info.height))
        else { return false }
        target.resize(width: width, height: Int(info.height))
        let status = mien_jpeg_read(decoder, target.base, target.stride, &warnings)
        return (status == MIEN_JPEG_OK || status == MIEN_JPEG_UNENDED) && mien_jpeg_damage(decoder) == 0
    }
}
