import CMienAV
import Glibc
import MienImage
import MienSystem

/// A recording's opened container, and the decoder of its video stream. Owns both.
final class VideoInput {
    let av: UnsafePointer<mien_av>
    let format: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>
    let decoder: UnsafeMutablePointer<AVCodecContext>

    /// Opens the file at `path`, or standard input for "-".
    init(path: String, decoderThreads: Int) throws(CaptureError) {
        let av = try FFmpeg.load()
        let format = try Self.openContainer(path, av)
        var opened: UnsafeMutablePointer<AVFormatContext>? = format
        do throws(CaptureError) {
            stream = try Self.videoStream(of: format, path, av)
            decoder = try Self.openDecoder(for: stream, threads: decoderThreads, path, av)
        } catch {
            av.pointee.avformat_close_input(&opened)
            throw error
        }
        (self.av, self.format) = (av, format)
    }

    deinit {
        var decoder: UnsafeMutablePointer<AVCodecContext>? = decoder
        var format: UnsafeMutablePointer<AVFormatContext>? = format
        av.pointee.avcodec_free_context(&decoder)
        av.pointee.avformat_close_input(&format)
    }

    /// Frames a second on average.
    var rate: Double {
        // Asked for with every frame: no array here.
        let (average, real) = (stream.pointee.avg_frame_rate.value, stream.pointee.r_frame_rate.value)
        if average.isFinite, average > 0 { return average }
        return real.isFinite && real > 0 ? real : 25
    }

    /// Presentation time of the recording's start in seconds: of its earliest stream.
    var start: Double {
        if format.pointee.start_time != mien_av_no_time {
            return Double(format.pointee.start_time) / Double(AV_TIME_BASE)
        }
        if stream.pointee.start_time != mien_av_no_time {
            return Double(stream.pointee.start_time) * stream.pointee.time_base.value
        }
        return 0
    }

    /// As many frames as the container says, or else as its duration lets expect.
    var frameCount: Int? {
        if stream.pointee.nb_frames > 0 { return Int(stream.pointee.nb_frames) }
        guard format.pointee.duration > 0 else { return nil }
        // nil where the header's figures are beyond reason.
        return Int(exactly: (Double(format.pointee.duration) / Double(AV_TIME_BASE) * rate).rounded())
    }

    /// As the stream's display matrix wants it.
    var orientation: Orientation {
        guard let data = av.pointee.av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil) else { return .up }
        return Orientation(displayMatrix: data)
    }

    private static func openContainer(
        _ path: String, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) -> UnsafeMutablePointer<AVFormatContext> {
        var options: OpaquePointer?
        defer { av.pointee.av_dict_free(&options) }
        // A playlist must not make us call anyone up.
        _ = av.pointee.av_dict_set(&options, "protocol_whitelist", "file,pipe", 0)
        // A picture's name is its own, and no pattern for those of many.
        _ = av.pointee.av_dict_set(&options, "pattern_type", "none", 0)
        var format: UnsafeMutablePointer<AVFormatContext>?
        mien_av_forget_message()
        let status = Self.url(path).withFileName { av.pointee.avformat_open_input(&format, $0, nil, &options) }
        guard status >= 0, let format else { throw refused(path, status, av) }
        // Takes any text whose name ends in .txt for the screen of a terminal.
        if String(cString: format.pointee.iformat.pointee.name) == "tty" {
            var opened: UnsafeMutablePointer<AVFormatContext>? = format
            av.pointee.avformat_close_input(&opened)
            throw refused(path, mien_averror_invalid_data, av)
        }
        return format
    }

    /// With its protocol before it, a name may begin with a dash or contain colons.
    private static func url(_ path: String) -> String {
        guard path == "-" else { return "file:" + path }
        // A file that the shell opened can be sought in, which FFmpeg's pipe doesn't do.
        var status = stat()
        return fstat(0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? "file:/dev/stdin" : "pipe:0"
    }

    private static func refused(_ path: String, _ status: Int32, _ av: UnsafePointer<mien_av>) -> CaptureError {
        let message = String(cString: mien_av_message())
        if message == "moov atom not found", RecordingLength.startsWithBox(path) {
            return CaptureError(
                .broken,
                "\(path): was cut or never finished: its index (moov), which stands at its end, is missing; "
                    + "get a complete copy, or try a repair tool such as untrunc")
        }
        if let lengths = RecordingLength(path: path), lengths.isCut {
            return CaptureError(.broken, "\(path): breaks off before its first frame: \(lengths)")
        }
        if status == mien_averror_invalid_data {
            return CaptureError(.unsupported, "\(path): is no video or picture that FFmpeg knows")
        }
        return CaptureError(.broken, "\(path): cannot be opened: \(av.reason(status))")
    }

    /// The stream to read: the default one, or else the one with the most pixels. Cover art doesn't count.
    private static func videoStream(
        of format: UnsafeMutablePointer<AVFormatContext>, _ path: String, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) -> UnsafeMutablePointer<AVStream> {
        mien_av_forget_message()
        let status = av.pointee.avformat_find_stream_info(format, nil)
        guard status >= 0 else { throw CaptureError(.broken, "\(path): cannot be read: \(av.reason(status))") }
        let streams = UnsafeBufferPointer(start: format.pointee.streams, count: Int(format.pointee.nb_streams))
            .compactMap(\.self)
        let videos = streams.filter {
            $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
                && $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        }
        func rank(_ stream: UnsafeMutablePointer<AVStream>) -> (Int32, Int) {
            let parameters = stream.pointee.codecpar.pointee
            return (stream.pointee.disposition & AV_DISPOSITION_DEFAULT, Int(parameters.width) * Int(parameters.height))
        }
        guard let first = videos.first else {
            throw CaptureError(
                .unsupported,
                "\(path): has no video stream (\(streams.isEmpty ? "nor any other" : "only sound or other streams"))")
        }
        let chosen = videos.dropFirst().reduce(first) { rank($1) > rank($0) ? $1 : $0 }
        for stream in streams where stream != chosen { stream.pointee.discard = AVDISCARD_ALL }
        return chosen
    }

    static func openDecoder(
        for stream: UnsafeMutablePointer<AVStream>, threads: Int, _ path: String, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) -> UnsafeMutablePointer<AVCodecContext> {
        let parameters = stream.pointee.codecpar
        let id = parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE
        let codecName = av.pointee.avcodec_get_name(id).map { String(cString: $0) } ?? "unknown"
        guard let codec = av.pointee.avcodec_find_decoder(id) else {
            throw CaptureError(.unsupported, "\(path): FFmpeg has no decoder for its video (\(codecName))")
        }
        var decoder = av.pointee.avcodec_alloc_context3(codec)
        guard let opened = decoder else { throw .noMemory(path) }
        mien_av_forget_message()
        var status = av.pointee.avcodec_parameters_to_context(opened, parameters)
        opened.pointee.pkt_timebase = stream.pointee.time_base
        opened.pointee.thread_count = Int32(clamping: threads)
        opened.pointee.max_pixels = Int64(VideoSource.maximumPixels)
        if status >= 0 { status = av.pointee.avcodec_open2(opened, codec, nil) }
        guard status >= 0 else {
            av.pointee.avcodec_free_context(&decoder)
            throw CaptureError(.broken, "\(path): its video (\(codecName)) cannot be decoded: \(av.reason(status))")
        }
        return opened
    }
}

extension AVRational {
    var value: Double { Double(num) / Double(den) }
}

extension Orientation {
    /// From nine 16.16 numbers (ISO/IEC 14496-12, 8.2.2): the multiple of 90 degrees, mirrored or not, that comes closest.
    init(displayMatrix data: UnsafePointer<UInt8>) {
        func entry(_ index: Int) -> Int {
            Int(UnsafeRawPointer(data).loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
        }
        // (x, y) goes to (a x + c y, b x + d y).
        let (a, b, c, d) = (entry(0), entry(1), entry(3), entry(4))
        let transposed = abs(b) + abs(c) > abs(a) + abs(d)
        self.init(transposed: transposed, mirroredX: (transposed ? c : a) < 0, mirroredY: (transposed ? b : d) < 0)
    }
}
