import CMienAV
import Glibc
import Mien
import MienCapture
import MienSystem

/// A video file that is being written: its container, with streams that are encoded here or copied.
///
/// MP4 grows in fragments of a second, so that it plays up to there whatever happens; once it is whole, `finish` gives it
/// the usual index.
final class VideoFile {
    let path: String
    private let container: VideoContainer
    private let av: UnsafePointer<mien_av>
    private let format: UnsafeMutablePointer<AVFormatContext>
    private let saver: FileSaver
    private var hasHeader = false
    /// To be set before the header is written.
    var enclosures: Enclosures?
    /// How long packets last, by the index of the stream and the packet's time: of streams that have few all, of others the
    /// last one. Fragments don't say it.
    private var durations: [Int32: [Int64: Int64]] = [:]
    private var sparse: Set<Int32> = []
    /// The last decoding time of each stream: they must rise.
    private var lastTimes: [Int32: Int64] = [:]
    /// Up to where the file is whole.
    private var wholeSize: off_t = 0

    /// Creates the file, for this user alone, or empties it and makes it theirs alone.
    init(_ path: String, _ container: VideoContainer) throws(SinkError) {
        (self.path, self.container) = (path, container)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SinkError("cannot create \(path)", code: errno) }
        makePrivate(descriptor)
        saver = FileSaver(descriptor)
        do { av = try FFmpeg.load() } catch { throw SinkError(error.description) }
        var made: UnsafeMutablePointer<AVFormatContext>?
        mien_av_forget_message()
        var status = av.pointee.avformat_alloc_output_context2(&made, nil, container.muxer, nil)
        guard let format = made, status >= 0 else {
            throw SinkError("cannot write \(path): \(av.reason(status)) (FFmpeg without \(container.muxer))")
        }
        self.format = format
        // With its protocol before it, a name may hold colons.
        status = ("file:" + path).withFileName { av.pointee.avio_open(&format.pointee.pb, $0, AVIO_FLAG_WRITE) }
        guard status >= 0 else { throw failure(status) }
        format.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS
        // FLAC in MP4, which FFmpeg takes for an experiment and players play.
        format.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
    }

    deinit {
        let isCut = format.pointee.pb != nil
        _ = av.pointee.avio_closep(&format.pointee.pb)
        av.pointee.avformat_free_context(format)
        // Half a fragment, for which there was no room, would only disturb players.
        if isCut { saver.truncate(to: wholeSize) }
    }

    var needsHeaders: Bool { format.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 }

    /// Whether a stream like this can stand in the file.
    func takes(_ stream: AVCodecParameters) -> Bool {
        // FFmpeg would give all unknown data the name that GoPro's has.
        if stream.codec_id == AV_CODEC_ID_BIN_DATA, stream.codec_tag != FourCC("gpmd")?.rawValue { return false }
        let kind = format.pointee.oformat
        // Matroska has no names of its own for some that it takes by Windows' names.
        let hasTag = container == .mkv && av.pointee.av_codec_get_tag(kind?.pointee.codec_tag, stream.codec_id) != 0
        return hasTag || av.pointee.avformat_query_codec(kind, stream.codec_id, FF_COMPLIANCE_NORMAL) != 0
    }

    /// What a stream is in.
    func codecName(of stream: AVCodecParameters) -> String {
        if stream.codec_id == AV_CODEC_ID_NONE { return "\(FourCC(rawValue: stream.codec_tag))" }
        return av.pointee.avcodec_get_name(stream.codec_id).map { String(cString: $0) } ?? "unknown"
    }

    /// Says of a stream that seconds may pass in it without a packet: it doesn't hold up the others for longer than
    /// pictures may be lost.
    func expectFew(in index: Int32) {
        sparse.insert(index)
        format.pointee.max_interleave_delta = Int64(AV_TIME_BASE)
    }

    /// Adds a stream; `prepare` sets its parameters. Gives its index.
    func addStream(_ prepare: (UnsafeMutablePointer<AVStream>) -> Bool) throws(SinkError) -> Int32 {
        guard let stream = av.pointee.avformat_new_stream(format, nil), prepare(stream) else {
            throw noMemory
        }
        return stream.pointee.index
    }

    /// As those of the recording that this is made of.
    func copyMetadata(of source: UnsafeMutablePointer<AVFormatContext>) {
        _ = av.pointee.av_dict_copy(&format.pointee.metadata, source.pointee.metadata, 0)
    }

    func writeHeader() throws(SinkError) {
        if let pictures = format.pointee.streams[0] {
            _ = av.pointee.av_dict_set(&pictures.pointee.metadata, Self.mark.key, Self.mark.value, 0)
        }
        var options: OpaquePointer?
        defer { av.pointee.av_dict_free(&options) }
        if container.isFragmented {
            // The index waits for the first fragment, so that it can say where each stream starts.
            _ = av.pointee.av_dict_set(&options, "movflags", "frag_keyframe+delay_moov+default_base_moof", 0)
        }
        if let enclosures, !container.isFragmented, !enclosures.describe(in: format) { throw noMemory }
        try check { av.pointee.avformat_write_header(format, &options) }
        hasHeader = true
    }

    /// Writes a packet with times in `timeBase` to the stream of that index, in its turn between those of others.
    func write(_ packet: UnsafeMutablePointer<AVPacket>, to index: Int32, timeBase: AVRational) throws(SinkError) {
        guard let stream = format.pointee.streams[Int(index)] else { return }
        let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        av.pointee.av_packet_rescale_ts(packet, timeBase, stream.pointee.time_base)
        packet.pointee.stream_index = index
        packet.pointee.pos = -1
        order(packet)
        if !sparse.contains(index) { durations[index]?.removeAll(keepingCapacity: true) }
        durations[index, default: [:]][packet.pointee.pts] = packet.pointee.duration
        try check { av.pointee.av_interleaved_write_frame(format, packet) }
        wholeSize = saver.size
        if isKey { saver.save() }
    }

    /// Containers take no times that stay the same or fall, and pictures none that lie before their decoding.
    private func order(_ packet: UnsafeMutablePointer<AVPacket>) {
        guard packet.pointee.dts != mien_av_no_time else { return }
        if let last = lastTimes[packet.pointee.stream_index] { packet.pointee.dts = max(packet.pointee.dts, last + 1) }
        lastTimes[packet.pointee.stream_index] = packet.pointee.dts
        if packet.pointee.pts != mien_av_no_time { packet.pointee.pts = max(packet.pointee.pts, packet.pointee.dts) }
    }

    /// Writes the rest and the index. The file is whole then.
    func finish() throws(SinkError) {
        guard hasHeader else {
            // Nothing was ever to be in it.
            unlink(path)
            return
        }
        hasHeader = false
        try check { av.pointee.av_write_trailer(format) }
        let status = av.pointee.avio_closep(&format.pointee.pb)
        if status < 0 { throw failure(status) }
        guard container.isFragmented else { return }
        try FragmentedFile(path: path, container: container, enclosures: enclosures, durations: durations, av: av)
            .join()
    }

    /// What the pictures' stream says in every container, so that the file is known for one that mien wrote.
    private static let mark = (key: "handler_name", value: "mien annotated video")

    /// Whether mien wrote the video at `path`; false where that can't be told.
    static func isOwn(_ path: String) -> Bool {
        guard let av = try? FFmpeg.load() else { return false }
        var options: OpaquePointer?
        defer { av.pointee.av_dict_free(&options) }
        _ = av.pointee.av_dict_set(&options, "protocol_whitelist", "file", 0)
        var format: UnsafeMutablePointer<AVFormatContext>?
        let status = ("file:" + path).withFileName { av.pointee.avformat_open_input(&format, $0, nil, &options) }
        guard status >= 0, let opened = format else { return false }
        defer { av.pointee.avformat_close_input(&format) }
        return (0..<Int(opened.pointee.nb_streams)).contains { index in
            let metadata = opened.pointee.streams[index]?.pointee.metadata
            let entry = av.pointee.av_dict_get(metadata, mark.key, nil, 0)
            return entry.map { String(cString: $0.pointee.value) } == mark.value
        }
    }

    private var noMemory: SinkError { SinkError("cannot write \(path): no memory") }

    private func check(_ body: () -> Int32) throws(SinkError) {
        mien_av_forget_message()
        var status = body()
        // Without this, only the end would tell that the disk is full.
        if status >= 0, let error = format.pointee.pb?.pointee.error, error < 0 { status = error }
        if status < 0 { throw failure(status) }
    }

    private func failure(_ status: Int32) -> SinkError {
        // FFmpeg's codes are errno's, or others below all of them.
        SinkError("cannot write to \(path)", code: -status, reason: av.reason(status))
    }
}
