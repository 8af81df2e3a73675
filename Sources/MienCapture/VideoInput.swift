import CMienAV
import MienImage
import MienSystem

/// A recording's opened container, and the decoder of its video stream. Owns both.
final class VideoInput {
    let av: UnsafePointer<mien_av>
    let stream: UnsafeMutablePointer<AVStream>
    let decoder: UnsafeMutablePointer<AVCodecContext>
    /// Presentation time of the recording's start in seconds: of its earliest stream.
    let start: Double
    private var clock: RecordingClock
    private let container: RecordingContainer

    /// `isInMemory`: a photo, which FFmpeg is to know by its bytes alone.
    init(
        _ input: InputBytes, _ kind: InputKind, isInMemory: Bool = false, decoderThreads: Int
    ) throws(CaptureError) {
        av = try FFmpeg.load()
        container = try RecordingContainer(input, kind, isInMemory: isInMemory, av)
        stream = try Self.videoStream(of: container.format, input.name, av)
        decoder = try Self.openDecoder(for: stream, threads: decoderThreads, input.name, av)
        start = Self.start(of: container.format, stream)
        clock = RecordingClock(
            container.format, pictures: stream.pointee.index, rate: Self.rate(of: stream), start: start)
    }

    deinit {
        var decoder: UnsafeMutablePointer<AVCodecContext>? = decoder
        av.pointee.avcodec_free_context(&decoder)
    }

    var format: UnsafeMutablePointer<AVFormatContext> { container.format }

    /// What it is that the decoder may not read, for the message.
    var doubt: String? { container.doubt }

    /// What is left out of it, to be told; nil: nothing.
    var omission: String? {
        guard let pages = container.directory?.laterPages, pages > 0 else { return nil }
        return "holds \(pages + 1) pages, of which the first alone is looked at"
    }

    /// Reads the next packet, whose times are on the line from the recording's start on. Gives FFmpeg's status.
    /// (`av_read_frame`)
    func read(_ packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
        mien_av_forget_message()
        let status = av.pointee.av_read_frame(format, packet)
        if status >= 0 { clock.set(packet) }
        return status
    }

    /// Seconds from the recording's start to a time of the stream's.
    func seconds(_ time: Int64) -> Double {
        let ticks = Ticks(stream.pointee.time_base)
        // The start may lie between two ticks.
        return ticks.seconds(time) - (start + ticks.seconds(ticks.count(-start)))
    }

    /// Frames a second on average.
    var rate: Double { Self.rate(of: stream) }

    private static func rate(of stream: UnsafeMutablePointer<AVStream>) -> Double {
        // Asked for with every frame: no array here.
        let (average, real) = (stream.pointee.avg_frame_rate.value, stream.pointee.r_frame_rate.value)
        let rate = average.isFinite && average > 0 ? average : real.isFinite && real > 0 ? real : 25
        // From a picture an hour to a microsecond's.
        return min(max(rate, 1 / 3600), 1e6)
    }

    private static func start(
        of format: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>
    ) -> Double {
        if format.pointee.start_time != mien_av_no_time {
            return Double(format.pointee.start_time) / Double(AV_TIME_BASE)
        }
        guard stream.pointee.start_time != mien_av_no_time else { return 0 }
        return Ticks(stream.pointee.time_base).seconds(stream.pointee.start_time)
    }

    /// As many frames as the container says, or else as its duration lets expect.
    var frameCount: Int? {
        if stream.pointee.nb_frames > 0 { return Int(stream.pointee.nb_frames) }
        guard format.pointee.duration > 0 else { return nil }
        // nil where the header's figures are beyond reason.
        return Int(exactly: (Double(format.pointee.duration) / Double(AV_TIME_BASE) * rate).rounded())
    }

    /// As the stream's display matrix wants it, or the directory of a TIFF file.
    var orientation: Orientation {
        if let stated = container.directory?.values[TIFFDirectory.orientation] {
            return Orientation(rawValue: stated) ?? .up
        }
        guard let data = av.pointee.av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil) else { return .up }
        return Orientation(displayMatrix: data)
    }

    /// The container's word on the shape of pixels; nil where it has none that can be.
    var pixelAspect: PixelAspect? {
        // What a photo says there is dots to the inch, for printers: everyone shows its pixels as square.
        let name = String(cString: format.pointee.iformat.pointee.name)
        if name == "image2" || name.hasSuffix("_pipe") { return .square }
        return PixelAspect(stream.pointee.sample_aspect_ratio)
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

extension PixelAspect {
    fileprivate init?(_ ratio: AVRational) { self.init(ratio.num, ratio.den) }
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
