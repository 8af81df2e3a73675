import CMienAV
import MienImage

/// The pictures of a live source's frames, from the bytes kept with each; of a source that keeps none, its luma in grey.
final class LivePictures: PictureReader {
    private let name: String
    private let picture: Picture
    private var decoder: UnsafeMutablePointer<AVCodecContext>?
    private var packet: UnsafeMutablePointer<AVPacket>?

    init(name: String) throws(CaptureError) {
        self.name = name
        picture = try Picture()
    }

    deinit {
        picture.av.pointee.avcodec_free_context(&decoder)
        picture.av.pointee.av_packet_free(&packet)
    }

    func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture {
        guard let layout = frame.stored.layout, let format = layout.format.pixelFormat else {
            try fill(frame.luma.view)
            return picture
        }
        if layout.format.layout == .jpeg {
            // One that only the luma's decoder could read is shown in grey.
            if try !decode(frame.stored.bytes) { try fill(frame.luma.view) }
        } else {
            try fill(frame.stored.bytes, layout, format)
        }
        return picture
    }

    private func fill(_ luma: PlaneView) throws(CaptureError) {
        try picture.resize(width: luma.width, height: luma.height, format: AV_PIX_FMT_GRAY8)
        picture.frame.pointee.color_range = AVCOL_RANGE_JPEG
        copyRows(luma.base, stride: luma.stride, count: luma.width, rows: luma.height, plane: 0)
    }

    private func fill(_ bytes: UnsafeRawBufferPointer, _ layout: RawLayout, _ format: AVPixelFormat)
        throws(CaptureError)
    {
        let (width, height) = (layout.width, layout.height)
        try picture.resize(width: width, height: height, format: format)
        picture.frame.pointee.color_range = layout.isLimited ? AVCOL_RANGE_MPEG : AVCOL_RANGE_JPEG
        guard var row = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var left = bytes.count
        for plane in layout.planes {
            let needed = plane.stride * (plane.rows - 1) + plane.count
            guard plane.rows > 0, needed <= left else { return }
            if layout.format.names[0] == "nv16", plane.index == 1 {
                splitRows(row, stride: plane.stride, pairs: plane.count / 2, rows: plane.rows)
            } else {
                copyRows(row, stride: plane.stride, count: plane.count, rows: plane.rows, plane: plane.index)
            }
            let size = min(left, plane.stride * plane.rows)
            (row, left) = (row + size, left - size)
        }
    }

    private func copyRows(_ base: UnsafePointer<UInt8>, stride: Int, count: Int, rows: Int, plane: Int) {
        let data = [\AVFrame.data.0, \.data.1, \.data.2][plane]
        let strides = [\AVFrame.linesize.0, \.linesize.1, \.linesize.2][plane]
        guard let target = picture.frame.pointee[keyPath: data] else { return }
        for y in 0..<rows {
            (target + y * Int(picture.frame.pointee[keyPath: strides])).update(from: base + y * stride, count: count)
        }
    }

    /// Pairs of chroma into a plane for each.
    private func splitRows(_ base: UnsafePointer<UInt8>, stride: Int, pairs: Int, rows: Int) {
        let frame = picture.frame.pointee
        guard let first = frame.data.1, let second = frame.data.2 else { return }
        for y in 0..<rows {
            let (from, one) = (base + y * stride, first + y * Int(frame.linesize.1))
            let other = second + y * Int(frame.linesize.2)
            for x in 0..<pairs { (one[x], other[x]) = (from[2 * x], from[2 * x + 1]) }
        }
    }

    /// False where the picture can't be decoded.
    private func decode(_ bytes: UnsafeRawBufferPointer) throws(CaptureError) -> Bool {
        let av = picture.av
        if decoder == nil {
            guard let codec = av.pointee.avcodec_find_decoder(AV_CODEC_ID_MJPEG) else { return false }
            decoder = av.pointee.avcodec_alloc_context3(codec)
            packet = av.pointee.av_packet_alloc()
            guard let decoder, packet != nil, av.pointee.avcodec_open2(decoder, codec, nil) >= 0 else {
                throw .noMemory(name)
            }
        }
        guard let decoder, let packet, av.pointee.av_new_packet(packet, Int32(clamping: bytes.count)) >= 0 else {
            throw .noMemory(name)
        }
        defer { av.pointee.av_packet_unref(packet) }
        UnsafeMutableRawBufferPointer(start: packet.pointee.data, count: bytes.count).copyMemory(from: bytes)
        guard av.pointee.avcodec_send_packet(decoder, packet) >= 0,
            av.pointee.avcodec_receive_frame(decoder, picture.frame) >= 0
        else { return false }
        picture.frame.pointee.color_range = AVCOL_RANGE_JPEG
        return true
    }
}

extension PixelFormat {
    /// FFmpeg's name for it; nil where it has none.
    fileprivate var pixelFormat: AVPixelFormat? {
        switch names[0] {
        case "grey": AV_PIX_FMT_GRAY8
        case "nv12": AV_PIX_FMT_NV12
        case "nv21": AV_PIX_FMT_NV21
        // Red's and blue's planes change places when they are copied.
        case "yu12", "yv12": AV_PIX_FMT_YUV420P
        case "yuyv": AV_PIX_FMT_YUYV422
        case "uyvy": AV_PIX_FMT_UYVY422
        case "yvyu": AV_PIX_FMT_YVYU422
        // FFmpeg's scaler doesn't read NV16, so its chroma is taken apart.
        case "422p", "nv16": AV_PIX_FMT_YUV422P
        case "y16": AV_PIX_FMT_GRAY16LE
        case "rgb24": AV_PIX_FMT_RGB24
        case "bgr24": AV_PIX_FMT_BGR24
        case "mjpeg", "jpeg": AV_PIX_FMT_YUVJ420P
        default: nil
        }
    }
}

extension RawLayout {
    /// One plane of the picture, in the order of the bytes.
    fileprivate struct PlaneLayout {
        /// Of FFmpeg's planes.
        var index: Int
        var stride: Int
        /// Bytes of a row that are samples.
        var count: Int
        var rows: Int
    }

    fileprivate var planes: [PlaneLayout] {
        let first = PlaneLayout(index: 0, stride: stride, count: format.stride(width: width), rows: height)
        guard case .luma(_, let chroma) = format.layout, chroma != .none else { return [first] }
        let rows = chroma == .half ? height : (height + 1) / 2
        let across = (width + 1) / 2
        if format.names[0].hasPrefix("nv") {
            return [first, PlaneLayout(index: 1, stride: stride, count: 2 * across, rows: rows)]
        }
        // V4L2: chroma planes have half the luma's stride.
        let order = format.names[0] == "yv12" ? [2, 1] : [1, 2]
        return [first] + order.map { PlaneLayout(index: $0, stride: (stride + 1) / 2, count: across, rows: rows) }
    }
}
