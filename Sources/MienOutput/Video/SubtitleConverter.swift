import CMienAV
import MienCapture

/// Brings subtitles of text into the form that a container takes, where it doesn't take theirs: FFmpeg's own reader and
/// writer, one after the other.
final class SubtitleConverter {
    private let av: UnsafePointer<mien_av>
    private var decoder: UnsafeMutablePointer<AVCodecContext>?
    private var encoder: UnsafeMutablePointer<AVCodecContext>?
    /// Room for the text of one packet; FFmpeg's program takes as much.
    private static let room = 1 << 20

    /// For the subtitles in `stream`. Nil where they are no text (DVDs have pictures), and where this FFmpeg has no reader
    /// or writer for them.
    init?(_ stream: UnsafeMutablePointer<AVStream>, for container: VideoContainer, _ av: UnsafePointer<mien_av>) {
        self.av = av
        guard let parameters = stream.pointee.codecpar,
            let reader = av.pointee.avcodec_find_decoder(parameters.pointee.codec_id),
            let writer = av.pointee.avcodec_find_encoder_by_name(container.subtitles)
        else { return nil }
        decoder = av.pointee.avcodec_alloc_context3(reader)
        encoder = av.pointee.avcodec_alloc_context3(writer)
        guard let decoder, let encoder, av.pointee.avcodec_parameters_to_context(decoder, parameters) >= 0 else {
            return nil
        }
        decoder.pointee.pkt_timebase = stream.pointee.time_base
        guard av.pointee.avcodec_open2(decoder, reader, nil) >= 0,
            // What a reader of text gives its styles in; it ends in a zero.
            let styles = decoder.pointee.subtitle_header, decoder.pointee.subtitle_header_size > 0,
            let copy = av.pointee.av_mallocz(Int(decoder.pointee.subtitle_header_size) + 1)
        else { return nil }
        copy.copyMemory(from: styles, byteCount: Int(decoder.pointee.subtitle_header_size))
        encoder.pointee.subtitle_header = copy.assumingMemoryBound(to: UInt8.self)
        encoder.pointee.subtitle_header_size = decoder.pointee.subtitle_header_size
        encoder.pointee.time_base = AVRational(num: 1, den: 1000)
        guard av.pointee.avcodec_open2(encoder, writer, nil) >= 0 else { return nil }
    }

    deinit {
        av.pointee.avcodec_free_context(&decoder)
        av.pointee.avcodec_free_context(&encoder)
    }

    /// Makes `target` a stream of what comes out, like `source` in all else. False where there is no memory.
    func describe(
        _ source: UnsafeMutablePointer<AVStream>, in target: UnsafeMutablePointer<AVStream>
    ) -> Bool {
        target.pointee.time_base = source.pointee.time_base
        return av.pointee.avcodec_parameters_from_context(target.pointee.codecpar, encoder) >= 0
            && av.copyDescription(of: source, to: target)
    }

    /// The same text in a packet of the caller's. Nil where there is none in it, or none that can be read.
    func convert(_ packet: UnsafeMutablePointer<AVPacket>) -> UnsafeMutablePointer<AVPacket>? {
        var (text, isWhole) = (AVSubtitle(), Int32(0))
        let status = av.pointee.avcodec_decode_subtitle2(decoder, &text, &isWhole, packet)
        guard status >= 0, isWhole != 0 else { return nil }
        defer { av.pointee.avsubtitle_free(&text) }
        var result = text.num_rects > 0 ? av.pointee.av_packet_alloc() : nil
        guard let made = result else { return nil }
        let size = withUnsafeTemporaryAllocation(byteCount: Self.room, alignment: 1) { bytes -> Int32 in
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let size = av.pointee.avcodec_encode_subtitle(encoder, base, Int32(Self.room), &text)
            guard size > 0, let base, av.pointee.av_new_packet(made, size) >= 0 else { return 0 }
            made.pointee.data.update(from: base, count: Int(size))
            return size
        }
        guard size > 0 else {
            av.pointee.av_packet_free(&result)
            return nil
        }
        (made.pointee.pts, made.pointee.dts) = (packet.pointee.pts, packet.pointee.pts)
        made.pointee.duration = packet.pointee.duration
        made.pointee.stream_index = packet.pointee.stream_index
        made.pointee.flags |= AV_PKT_FLAG_KEY
        return result
    }
}
