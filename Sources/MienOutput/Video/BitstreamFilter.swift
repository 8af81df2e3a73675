import CMienAV
import Mien
import MienCapture

/// Changes how sound is framed, where a container has it otherwise than the recording: AAC from broadcasts has a header
/// before each packet, for which MP4 has one place. (FFmpeg's `aac_adtstoasc`)
final class BitstreamFilter {
    private let av: UnsafePointer<mien_av>
    private var context: UnsafeMutablePointer<AVBSFContext>?

    /// Nil where nothing is to be changed.
    init?(_ stream: UnsafeMutablePointer<AVStream>, _ av: UnsafePointer<mien_av>) {
        self.av = av
        guard let parameters = stream.pointee.codecpar, parameters.pointee.codec_id == AV_CODEC_ID_AAC,
            parameters.pointee.extradata_size == 0, let filter = av.pointee.av_bsf_get_by_name("aac_adtstoasc"),
            av.pointee.av_bsf_alloc(filter, &context) >= 0, let context,
            av.pointee.avcodec_parameters_copy(context.pointee.par_in, parameters) >= 0
        else { return nil }
        context.pointee.time_base_in = stream.pointee.time_base
        guard av.pointee.av_bsf_init(context) >= 0 else { return nil }
    }

    deinit { av.pointee.av_bsf_free(&context) }

    /// Calls `body` with what becomes of `packet`, which is empty then.
    func pass(
        _ packet: UnsafeMutablePointer<AVPacket>, to body: (UnsafeMutablePointer<AVPacket>) throws(SinkError) -> Void
    ) throws(SinkError) {
        guard av.pointee.av_bsf_send_packet(context, packet) >= 0 else { return }
        while av.pointee.av_bsf_receive_packet(context, packet) >= 0 { try body(packet) }
    }
}
