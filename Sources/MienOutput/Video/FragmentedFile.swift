import CMienAV
import Glibc
import Mien
import MienCapture
import MienSystem

/// A whole MP4 of fragments, which is to get the one index that editors and older players expect.
struct FragmentedFile {
    let path: String
    let container: VideoContainer
    /// What the new file is to have in it, too: players don't expect it in fragments.
    let enclosures: Enclosures?
    /// How long packets last, where fragments don't say it: by the index of the stream and the packet's time.
    let durations: [Int32: [Int64: Int64]]
    let av: UnsafePointer<mien_av>

    /// Copies the packets to a new file beside it, and puts that in its place. The file of fragments stays where the new
    /// one finds no room: it plays as well.
    func join() throws(SinkError) {
        var status = stat()
        // Of a pipe all has gone already; and where a link leads, the file is to be.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let target = realPath(path) else {
            return
        }
        let (descriptor, whole) = createPart(of: target, mode: 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if copy(to: whole), fdatasync(descriptor) == 0, rename(whole, target) == 0 { return }
        unlink(whole)
    }

    /// False where something went wrong.
    private func copy(to whole: String) -> Bool {
        var (source, target): (UnsafeMutablePointer<AVFormatContext>?, UnsafeMutablePointer<AVFormatContext>?)
        var packet = av.pointee.av_packet_alloc()
        defer {
            av.pointee.av_packet_free(&packet)
            av.pointee.avformat_close_input(&source)
            if let target { _ = av.pointee.avio_closep(&target.pointee.pb) }
            av.pointee.avformat_free_context(target)
        }
        guard let packet,
            ("file:" + path).withFileName({ av.pointee.avformat_open_input(&source, $0, nil, nil) }) >= 0, let source,
            av.pointee.avformat_find_stream_info(source, nil) >= 0,
            av.pointee.avformat_alloc_output_context2(&target, nil, container.muxer, nil) >= 0, let target,
            ("file:" + whole).withFileName({ av.pointee.avio_open(&target.pointee.pb, $0, AVIO_FLAG_WRITE) }) >= 0
        else { return false }
        target.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
        _ = av.pointee.av_dict_copy(&target.pointee.metadata, source.pointee.metadata, 0)
        for index in 0..<Int(source.pointee.nb_streams) {
            guard let from = source.pointee.streams[index], let to = av.pointee.avformat_new_stream(target, nil),
                av.copyParameters(of: from, to: to)
            else { return false }
        }
        if let enclosures, !enclosures.describe(in: target) { return false }
        guard av.pointee.avformat_write_header(target, nil) >= 0 else { return false }
        if let enclosures, enclosures.write(to: target) < 0 { return false }
        var status: Int32 = 0
        while true {
            status = av.pointee.av_read_frame(source, packet)
            if status < 0 { break }
            let index = Int(packet.pointee.stream_index)
            guard let from = source.pointee.streams[index], let to = target.pointee.streams[index] else { return false }
            if let duration = durations[packet.pointee.stream_index]?[packet.pointee.pts] {
                packet.pointee.duration = duration
            }
            av.pointee.av_packet_rescale_ts(packet, from.pointee.time_base, to.pointee.time_base)
            packet.pointee.pos = -1
            guard av.pointee.av_interleaved_write_frame(target, packet) >= 0 else { return false }
        }
        // Whatever else ends it, what has been copied isn't all.
        guard status == mien_averror_eof, av.pointee.av_write_trailer(target) >= 0, target.pointee.pb.pointee.error >= 0
        else { return false }
        return av.pointee.avio_closep(&target.pointee.pb) >= 0
    }
}

extension UnsafePointer<mien_av> {
    /// Gives `target` what stands before the packets of `source`, to which both are the same.
    func copyParameters(of source: UnsafeMutablePointer<AVStream>, to target: UnsafeMutablePointer<AVStream>) -> Bool {
        guard pointee.avcodec_parameters_copy(target.pointee.codecpar, source.pointee.codecpar) >= 0 else {
            return false
        }
        // Each container has codes of its own.
        target.pointee.codecpar.pointee.codec_tag = 0
        target.pointee.time_base = source.pointee.time_base
        target.pointee.avg_frame_rate = source.pointee.avg_frame_rate
        return copyDescription(of: source, to: target)
    }

    /// Language, title, purpose, shape of pixels and, where `isTurned`, the way it is turned.
    func copyDescription(
        of source: UnsafeMutablePointer<AVStream>, to target: UnsafeMutablePointer<AVStream>, isTurned: Bool = true
    ) -> Bool {
        target.pointee.disposition = source.pointee.disposition
        target.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
        _ = pointee.av_dict_copy(&target.pointee.metadata, source.pointee.metadata, 0)
        var size = 0
        guard isTurned, let matrix = pointee.av_stream_get_side_data(source, AV_PKT_DATA_DISPLAYMATRIX, &size) else {
            return true
        }
        guard let copy = pointee.av_memdup(matrix, size) else { return false }
        let status = pointee.av_stream_add_side_data(
            target, AV_PKT_DATA_DISPLAYMATRIX, copy.assumingMemoryBound(to: UInt8.self), size)
        if status < 0 { pointee.av_free(copy) }
        return status >= 0
    }
}
