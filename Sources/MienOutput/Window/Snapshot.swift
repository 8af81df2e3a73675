import CMienAV
import Glibc
import Mien
import MienCapture

/// A picture as it was shown, and its result, in two new files.
enum Snapshot {
    /// Gives the names of the files.
    static func save(_ picture: Picture, _ result: borrowing FrameResult, model: String) throws(SinkError) -> String {
        let path = freshName("png")
        let data: [UInt8]
        do { data = try png(of: picture) } catch { throw SinkError("no snapshot: \(error)") }
        let file = try OutputFile(new: path)
        file.text.append(bytes: data)
        try file.close()
        let lines = JSONLines(try OutputFile(new: path.dropLast(3) + "json"))
        try lines.begin(RunDescription(model: model))
        try lines.write(result)
        try lines.finish()
        return "\(path) and \(path.dropLast(3))json"
    }

    /// The file's bytes.
    static func png(of picture: Picture) throws(CaptureError) -> [UInt8] {
        let upright = try Picture()
        try picture.turn(into: upright, as: AV_PIX_FMT_RGB24, using: PictureConverter(), by: Picture())
        let av = picture.av
        guard let codec = av.pointee.avcodec_find_encoder_by_name("png") else {
            throw CaptureError(.unsupported, "FFmpeg has no encoder for PNG")
        }
        var encoder = av.pointee.avcodec_alloc_context3(codec)
        var packet = av.pointee.av_packet_alloc()
        defer {
            av.pointee.avcodec_free_context(&encoder)
            av.pointee.av_packet_free(&packet)
        }
        guard let context = encoder, let packet else { throw CaptureError(.system, "no memory") }
        (context.pointee.width, context.pointee.height) = (Int32(upright.width), Int32(upright.height))
        context.pointee.pix_fmt = AV_PIX_FMT_RGB24
        context.pointee.time_base = AVRational(num: 1, den: 1)
        var status = av.pointee.avcodec_open2(context, codec, nil)
        if status >= 0 { status = av.pointee.avcodec_send_frame(context, upright.frame) }
        if status >= 0 { status = av.pointee.avcodec_receive_packet(context, packet) }
        guard status >= 0 else { throw CaptureError(.system, "PNG: \(av.reason(status))") }
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }
}
