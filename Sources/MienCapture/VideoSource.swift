import CMienAV
import Glibc
import MienImage

/// A recording, in any container and codec that FFmpeg opens.
///
/// Luma is the decoder's own Y plane, made full range, with square pixels and upright; pictures in RGB or with a palette are
/// converted, and their transparency is ignored.
/// Times are presentation timestamps from the start of the recording, which is that of its earliest stream, on one line
/// that never falls (`RecordingClock`); a frame without one follows the frame before by the stream's mean frame duration.
///
/// Damaged pieces are passed over or patched up by the decoder, and counted. A recording that was cut delivers the
/// frames before the cut and then throws.
public final class VideoSource: FrameSource {
    /// Pixels of the largest picture that is read: half a gigabyte of luma.
    static let maximumPixels = 1 << 29

    /// Pixels up to which decoded pictures are kept, a run of frames at a time: in YUV 4:2:0, of 24, that is 33 MB.
    private static let smallPicture = 1280 * 720
    /// Pixels of the largest picture that is kept, where a recording that began with small ones goes on with larger ones.
    private static let largestKept = 1 << 24

    public let name: String
    public let frameCount: Int?
    /// How many pieces of the recording were damaged so far.
    public private(set) var damaged = 0

    private let input: VideoInput
    private let luma: VideoLuma
    private let packet: UnsafeMutablePointer<AVPacket>
    private let picture: UnsafeMutablePointer<AVFrame>
    private var state = State.reading
    private var next = 0
    private var lastTime: Double?
    private var kept: KeptPieces?
    /// What the decoder said of the first packet that it refused.
    private var refusal: String?
    /// Whether pictures are kept, and not the packets that they are in.
    private var keepsDecoded = false

    private enum State {
        case reading
        /// All packets are with the decoder; why there are no more, nil where the recording's end was reached.
        case draining(reason: String?)
        case ended
    }

    /// Opens the recording at `path`; "-" is standard input. `decoderThreads`: of the codec, 0 lets FFmpeg choose.
    public convenience init(path: String, decoderThreads: Int = 1) throws(CaptureError) {
        let bytes = try InputBytes(path)
        try self.init(bytes, InputKind(of: bytes), decoderThreads: decoderThreads)
    }

    /// `isInMemory`: a photo, which FFmpeg is to know by its bytes alone.
    init(
        _ bytes: InputBytes, _ kind: InputKind, isInMemory: Bool = false, decoderThreads: Int = 1
    ) throws(CaptureError) {
        input = try VideoInput(bytes, kind, isInMemory: isInMemory, decoderThreads: decoderThreads)
        name = bytes.name
        luma = VideoLuma(of: input, name: name)
        frameCount = input.frameCount
        var packet = input.av.pointee.av_packet_alloc()
        guard let picture = input.av.pointee.av_frame_alloc(), let held = packet else {
            input.av.pointee.av_packet_free(&packet)
            throw .noMemory(name)
        }
        (self.packet, self.picture) = (held, picture)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        var picture: UnsafeMutablePointer<AVFrame>? = picture
        input.av.pointee.av_packet_free(&packet)
        input.av.pointee.av_frame_free(&picture)
    }

    public var warning: String? {
        // Where there is no frame at all, an error says why.
        guard damaged > 0, next > 0 else { return input.omission.map { "\(name): \($0)" } }
        let places = damaged == 1 ? "1 place" : "\(damaged) places"
        return "\(name): is damaged in \(places); frames there are missing or patched up, and so may faces be"
    }

    public func keepPictures() throws(CaptureError) -> any PictureReader {
        let kept = KeptPieces(av: input.av)
        self.kept = kept
        let size = input.decoder.pointee
        keepsDecoded = size.width > 0 && size.height > 0 && Int(size.width) * Int(size.height) <= Self.smallPicture
        return try RecordingPictures(of: input, path: name, kept: kept, isDecoded: keepsDecoded)
    }

    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        while true {
            if case .ended = state { return false }
            switch input.av.pointee.avcodec_receive_frame(input.decoder, picture) {
            case 0:
                if picture.pointee.decode_error_flags != 0 || picture.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 {
                    damaged += 1
                }
                try luma.read(picture, into: &frame)
                if keepsDecoded { try keepDecoded() }
                frame.number = next
                frame.time = time(of: picture)
                next += 1
                return true
            case -EAGAIN:
                try feed()
            case mien_averror_eof:
                try finish()
            case let status:
                damaged += 1
                refusal = refusal ?? input.av.reason(status)
                try feed()
            }
        }
    }

    private func keepDecoded() throws(CaptureError) {
        let (width, height) = (Int(picture.pointee.width), Int(picture.pointee.height))
        guard width * height <= Self.largestKept else {
            throw CaptureError(
                .unsupported,
                "\(name): frame \(next) is \(width)x\(height), too large to be kept where those before were small "
                    + "(cut the recording in two there)")
        }
        try kept?.keep(picture, of: name)
    }

    /// Gives the decoder the stream's next packet, or tells it that there are no more.
    private func feed() throws(CaptureError) {
        guard case .reading = state else { return }
        let av = input.av
        while true {
            let status = input.read(packet)
            guard status >= 0 else {
                state = .draining(reason: status == mien_averror_eof ? nil : av.reason(status))
                break
            }
            defer { av.pointee.av_packet_unref(packet) }
            guard packet.pointee.stream_index == input.stream.pointee.index else {
                try kept?.keep(packet, of: name)
                continue
            }
            // A packet cut by the file's end holds half a picture; others that look damaged are worth decoding.
            let isAtEnd = input.format.pointee.pb.map { $0.pointee.eof_reached != 0 } ?? false
            if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0, isAtEnd {
                state = .draining(reason: "the last picture is incomplete")
                break
            }
            if !keepsDecoded { try kept?.keep(packet, of: name) }
            let sent = av.pointee.avcodec_send_packet(input.decoder, packet)
            if sent < 0 {
                damaged += 1
                refusal = refusal ?? av.reason(sent)
            }
            return
        }
        _ = av.pointee.avcodec_send_packet(input.decoder, nil)
    }

    /// The decoder has given all its frames. Throws unless the recording was complete.
    private func finish() throws(CaptureError) {
        guard case .draining(var reason) = state else { return }
        state = .ended
        kept?.complete()
        let isPipe = input.format.pointee.pb.map { $0.pointee.seekable == 0 } ?? false
        if let lengths = RecordingLength(path: name), lengths.isCut {
            reason = lengths.description
        } else if isPipe, next == 0, reason?.hasSuffix("partial file") == true {
            reason = "its index stands at its end, out of reach in a pipe; name the file instead"
        }
        if next == 0, reason == nil {
            let refusal = refusal.map { ": \($0)" } ?? ""
            if let doubt = input.doubt {
                throw CaptureError(
                    .unsupported,
                    "\(name): is \(doubt), which FFmpeg doesn't decode\(refusal); convert it, to GIF or MP4")
            }
            throw CaptureError(.broken, "\(name): no frame of it can be decoded\(refusal)")
        }
        guard let reason else { return }
        let seconds = ((lastTime ?? 0) * 1000).rounded() / 1000
        let place = next == 0 ? "before its first frame" : "after \(next) frames (\(seconds) s)"
        throw CaptureError(.broken, "\(name): breaks off \(place): \(reason)")
    }

    /// Seconds from the recording's start. What a decoder shows never goes back.
    private func time(of picture: UnsafeMutablePointer<AVFrame>) -> Double {
        let next = lastTime.map { $0 + 1 / input.rate }
        let stamp = picture.pointee.best_effort_timestamp
        let time = stamp == mien_av_no_time ? nil : input.seconds(stamp)
        let result = time.flatMap { $0 >= lastTime ?? 0 ? $0 : nil } ?? next ?? 0
        lastTime = result
        return result
    }
}
