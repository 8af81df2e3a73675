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

    private func setRanges(of context: OpaquePointer, _ source: AVFrame, _ target: AVFrame) {
        let table = sws.pointee.sws_getCoefficients(Int32(source.matrix.rawValue))
        let (isFull, becomesFull): (Int32, Int32) = (av.isFull(source) ? 1 : 0, av.isFull(target) ? 1 : 0)
        _ = sws.pointee.sws_setColorspaceDetails(context, table, isFull, table, becomesFull, 0, 1 << 16, 1 << 16)
    }
}
