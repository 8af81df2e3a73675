import CMienAV
import Mien
import MienCapture

/// Makes packets of pictures. Owns libavcodec's encoder.
final class VideoEncoder {
    let context: UnsafeMutablePointer<AVCodecContext>
    private let av: UnsafePointer<mien_av>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let file: String
    private var lastStamp = Int64.min
    /// Presentation times and durations of what is in the encoder's hands.
    private var durations: [Int64: Int64] = [:]

    /// For pictures like `picture`, as they are stored or else upright and with square pixels, with time stamps in `timeBase`,
    /// about `rate` of them a second. `keepsPixelFormat`: bits and chroma, where the encoder can. `needsHeaders`: the file keeps
    /// the codec's parameters before all packets.
    init(
        _ container: VideoContainer, quality: Int, like picture: Picture, asStored: Bool, keepsPixelFormat: Bool,
        timeBase: AVRational, rate: AVRational, needsHeaders: Bool, for file: String
    ) throws(SinkError) {
        av = picture.av
        self.file = file
        let found = container.encoders.lazy.compactMap { choice in
            picture.av.pointee.avcodec_find_encoder_by_name(choice.name).map { (choice, $0) }
        }.first
        guard let (choice, codec) = found else {
            let names = container.encoders.map(\.name).joined(separator: ", ")
            throw SinkError("cannot write \(file): FFmpeg has none of the encoders \(names) here (try .mkv or .webm)")
        }
        var made = av.pointee.avcodec_alloc_context3(codec)
        guard let context = made, let packet = av.pointee.av_packet_alloc() else {
            av.pointee.avcodec_free_context(&made)
            throw SinkError("cannot write \(file): no memory")
        }
        (self.context, self.packet) = (context, packet)
        Self.set(context, timeBase: timeBase, rate: rate)
        Self.setForm(of: context, like: picture, asStored: asStored)
        Self.setColours(
            of: context, like: picture, formats: codec.pointee.pix_fmts, keepsFormat: asStored && keepsPixelFormat)
        if needsHeaders { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        var options: OpaquePointer?
        defer { av.pointee.av_dict_free(&options) }
        for (name, value) in choice.options(quality) { _ = av.pointee.av_dict_set(&options, name, value, 0) }
        mien_av_forget_message()
        let status = av.pointee.avcodec_open2(context, codec, &options)
        guard status >= 0 else {
            throw SinkError(
                "cannot write \(file): \(choice.name) takes no pictures of \(context.pointee.width)x"
                    + "\(context.pointee.height): \(av.reason(status))")
        }
    }

    deinit {
        var (context, packet) = (Optional(context), Optional(packet))
        av.pointee.av_packet_free(&packet)
        av.pointee.avcodec_free_context(&context)
    }

    private static func set(
        _ context: UnsafeMutablePointer<AVCodecContext>, timeBase: AVRational, rate: AVRational
    ) {
        context.pointee.time_base = timeBase
        context.pointee.framerate = rate
        // A second at most is lost to a power cut, and a player never seeks farther.
        context.pointee.gop_size = Int32(min(600, max(1, (Double(rate.num) / Double(max(rate.den, 1))).rounded())))
    }

    private static func setForm(
        of context: UnsafeMutablePointer<AVCodecContext>, like picture: Picture, asStored: Bool
    ) {
        let frame = picture.frame.pointee
        let (width, height) = (
            asStored ? frame.width : Int32(clamping: picture.width),
            asStored ? frame.height : Int32(clamping: picture.height)
        )
        // H.264 and its kin share chroma between pairs of pixels: odd sizes are filled up.
        (context.pointee.width, context.pointee.height) = ((width + 1) & ~1, (height + 1) & ~1)
        let aspect = asStored ? picture.pixelAspect : .square
        context.pointee.sample_aspect_ratio = AVRational(num: aspect.numerator, den: aspect.denominator)
    }

    /// `formats`: those that the encoder takes. `keepsFormat`: also one that not all players show.
    private static func setColours(
        of context: UnsafeMutablePointer<AVCodecContext>, like picture: Picture,
        formats: UnsafePointer<AVPixelFormat>?, keepsFormat: Bool
    ) {
        let frame = picture.frame.pointee
        let wanted = AVPixelFormat(frame.format)
        let found = formats.map { picture.av.pointee.avcodec_find_best_pix_fmt_of_list($0, wanted, 0, nil) }
        // Grey and full RGB can be encoded by some, and shown by few.
        let isShown = wanted == AV_PIX_FMT_YUV420P || wanted == AV_PIX_FMT_YUVJ420P
        let isKept = found == wanted && !picture.isGreyOrRGB && (keepsFormat || isShown)
        context.pointee.pix_fmt = isKept ? wanted : AV_PIX_FMT_YUV420P
        context.pointee.color_range = frame.color_range
        context.pointee.color_primaries = frame.color_primaries
        context.pointee.color_trc = frame.color_trc
        context.pointee.colorspace = frame.colorspace == AVCOL_SPC_RGB ? AVCOL_SPC_UNSPECIFIED : frame.colorspace
        if picture.isGreyOrRGB { context.pointee.color_range = AVCOL_RANGE_MPEG }
        context.pointee.chroma_sample_location = frame.chroma_location
    }

    /// Encodes `picture`, or what is still in hand where that is nil, and calls `body` with each packet that comes out; it
    /// must not keep that. Times are in the encoder's time base.
    func encode(
        _ picture: UnsafeMutablePointer<AVFrame>?, time: Int64 = 0, duration: Int64 = 0,
        body: (UnsafeMutablePointer<AVPacket>) throws(SinkError) -> Void
    ) throws(SinkError) {
        if let picture {
            // Files that give two pictures one time exist; no encoder takes them.
            lastStamp = max(time, lastStamp == .min ? time : lastStamp + 1)
            picture.pointee.pts = lastStamp
            picture.pointee.pict_type = AV_PICTURE_TYPE_NONE
            durations[lastStamp] = duration
        }
        mien_av_forget_message()
        let status = av.pointee.avcodec_send_frame(context, picture)
        guard status >= 0 else { throw SinkError("cannot write \(file): encoding failed: \(av.reason(status))") }
        while av.pointee.avcodec_receive_packet(context, packet) >= 0 {
            defer { av.pointee.av_packet_unref(packet) }
            if let duration = durations.removeValue(forKey: packet.pointee.pts) { packet.pointee.duration = duration }
            try body(packet)
        }
    }
}

extension Picture {
    var isGreyOrRGB: Bool {
        guard let description = av.pointee.av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format))?.pointee else {
            return false
        }
        return description.nb_components < 3
            || description.flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
    }
}
