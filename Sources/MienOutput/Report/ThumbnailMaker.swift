import CMienAV
import MienCapture
import MienImage

/// Cuts faces out of pictures, as small JPEG files in their own colours. One thread at a time.
final class ThumbnailMaker {
    /// In pixels.
    static let side = 160
    /// FFmpeg's scale for JPEG, from 2 (best) to 31.
    private static let quantiser: Int32 = 4

    private struct Tools {
        let converter: PictureConverter
        let cut: Picture
        let small: Picture
        let way: Picture
    }

    private var tools: Tools?

    /// The square around `box`, which is in pixels of the picture as displayed; nil where it can't be had.
    func jpeg(of box: Box, in picture: Picture) -> [UInt8]? {
        do throws(CaptureError) {
            let tools = try madeTools()
            try cut(box, out: picture, into: tools.cut)
            try tools.cut.turn(
                into: tools.small, as: AV_PIX_FMT_YUVJ444P, range: AVCOL_RANGE_JPEG, size: (Self.side, Self.side),
                using: tools.converter, by: tools.way)
            return encode(tools.small)
        } catch {
            // A report without a picture is better than none.
            return nil
        }
    }

    private func madeTools() throws(CaptureError) -> Tools {
        if let tools { return tools }
        let made = Tools(
            converter: try PictureConverter(), cut: try Picture(), small: try Picture(), way: try Picture())
        tools = made
        return made
    }

    private func cut(_ box: Box, out picture: Picture, into cut: Picture) throws(CaptureError) {
        try cut.share(picture)
        let frame = cut.frame
        let square = box.square(
            max(box.width, box.height) * 5 / 4,
            within: Box(x: 0, y: 0, width: picture.width, height: picture.height))
        let stored = picture.stored(square)
        // What a picture leaves open is guessed by its height, which changes here.
        frame.pointee.colorspace = frame.pointee.matrix
        frame.pointee.crop_left = stored.x
        frame.pointee.crop_top = stored.y
        frame.pointee.crop_right = Int(frame.pointee.width) - stored.x - stored.width
        frame.pointee.crop_bottom = Int(frame.pointee.height) - stored.y - stored.height
        let status = picture.av.pointee.av_frame_apply_cropping(frame, Int32(AV_FRAME_CROP_UNALIGNED))
        guard status >= 0 else { throw CaptureError(.unsupported, "pictures of this kind can't be cut") }
    }

    private func encode(_ picture: Picture) -> [UInt8]? {
        let av = picture.av
        guard let codec = av.pointee.avcodec_find_encoder_by_name("mjpeg") else { return nil }
        var context = av.pointee.avcodec_alloc_context3(codec)
        var packet = av.pointee.av_packet_alloc()
        defer {
            av.pointee.av_packet_free(&packet)
            av.pointee.avcodec_free_context(&context)
        }
        guard let context, let packet else { return nil }
        (context.pointee.width, context.pointee.height) = (Int32(Self.side), Int32(Self.side))
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ444P
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointee.global_quality = FF_QP2LAMBDA * Self.quantiser
        guard av.pointee.avcodec_open2(context, codec, nil) >= 0 else { return nil }
        picture.frame.pointee.quality = context.pointee.global_quality
        picture.frame.pointee.pts = 0
        guard av.pointee.avcodec_send_frame(context, picture.frame) >= 0,
            av.pointee.avcodec_receive_packet(context, packet) >= 0
        else { return nil }
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }
}
