package import CMienAV

/// Changes pixel format and size of pictures, through libswscale. One thread at a time.
package final class PictureConverter {
    private let sws: UnsafePointer<mien_sws>
    private let av: UnsafePointer<mien_av>
    private var context: OpaquePointer?

    /// Throws where FFmpeg is not installed.
    package init() throws(CaptureError) {
        sws = try FFmpeg.loadScale()
        av = try FFmpeg.load()
    }

    deinit { sws.pointee.sws_freeContext(context) }

    /// Writes `source` into `target`, which has a format, a size and pixels of its own.
    package func convert(
        _ source: UnsafeMutablePointer<AVFrame>, into target: UnsafeMutablePointer<AVFrame>
    ) throws(CaptureError) {
        let (from, to) = (source.pointee, target.pointee)
        let isSameSize = from.width == to.width && from.height == to.height
        context = sws.pointee.sws_getCachedContext(
            context, from.width, from.height, AVPixelFormat(from.format), to.width, to.height,
            AVPixelFormat(to.format), isSameSize ? SWS_POINT : SWS_AREA, nil, nil, nil)
        guard let context else {
            throw CaptureError(.unsupported, "pictures of this pixel format cannot be converted")
        }
        setRanges(of: context, from, to)
        guard let data = source.pointer(to: \.data), let strides = source.pointer(to: \.linesize),
            let targetData = target.pointer(to: \.data), let targetStrides = target.pointer(to: \.linesize)
        else { return }
        _ = sws.pointee.sws_scale(
            context, UnsafeRawPointer(data).assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
            UnsafeRawPointer(strides).assumingMemoryBound(to: Int32.self), 0, from.height,
            UnsafeRawPointer(targetData).assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
            UnsafeRawPointer(targetStrides).assumingMemoryBound(to: Int32.self))
    }

    /// Matrix and range as the picture says, else as is usual: ITU-R BT.601 below 720 lines and BT.709 above.
    private func setRanges(of context: OpaquePointer, _ source: AVFrame, _ target: AVFrame) {
        let colours =
            source.colorspace == AVCOL_SPC_UNSPECIFIED
            ? source.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601 : Int32(source.colorspace.rawValue)
        let table = sws.pointee.sws_getCoefficients(colours)
        let isFull = [source, target].map { Int32($0.color_range == AVCOL_RANGE_JPEG ? 1 : 0) }
        _ = sws.pointee.sws_setColorspaceDetails(context, table, isFull[0], table, isFull[1], 0, 1 << 16, 1 << 16)
    }
}
