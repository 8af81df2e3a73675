import CMienAV
import Glibc
import MienSystem

/// A container that FFmpeg has opened, with what it reads from. Owns both.
final class RecordingContainer {
    let format: UnsafeMutablePointer<AVFormatContext>
    /// What its bytes say that FFmpeg doesn't: of TIFF.
    let directory: TIFFDirectory?
    /// A kind of picture that FFmpeg knows by its first bytes and may not decode, for the message; nil: it should.
    let doubt: String?
    private let av: UnsafePointer<mien_av>
    /// nil where FFmpeg opens a file of its own.
    private let reader: AVIOReader?

    /// Formats of single pictures whose readers want to seek, or to know their files' sizes.
    private static let wholeFiles: Set = [
        "dds_pipe", "dpx_pipe", "exr_pipe", "gif", "hdr_pipe", "jpegxl_pipe", "pcx_pipe", "pictor_pipe", "psd_pipe",
        "sgi_pipe", "sunrast_pipe", "tiff_pipe", "xwd_pipe",
    ]

    /// - Parameter isInMemory: all of it is read first, and its name says nothing to FFmpeg.
    init(
        _ input: InputBytes, _ kind: InputKind, isInMemory: Bool = false, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) {
        let found = try Self.format(of: input, kind, av)
        let name = found.map { String(cString: $0.pointee.name) } ?? ""
        let isWhole = isInMemory || Self.wholeFiles.contains(name)
        let bytes = isWhole ? try input.all() : nil
        directory = name == "tiff_pipe" ? bytes.flatMap { TIFFDirectory($0) } : nil
        doubt = try Self.isAnimated(webP: input) ? "an animation in WebP" : nil
        reader = isWhole || input.isPipe ? try AVIOReader(input, bytes, av) : nil
        // A picture's kind is its content's, whatever it is called.
        let isKnown = isWhole || kind == .motionJPEG || name.hasSuffix("_pipe")
        format = try Self.open(input, reader, isKnown ? found : nil, av)
        self.av = av
    }

    deinit {
        var format: UnsafeMutablePointer<AVFormatContext>? = format
        av.pointee.avformat_close_input(&format)
    }

    /// What the first bytes are, without the name; nil where they don't tell.
    private static func format(
        of input: InputBytes, _ kind: InputKind, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) -> UnsafePointer<AVInputFormat>? {
        if kind == .motionJPEG { return av.pointee.av_find_input_format("mjpeg") }
        var bytes = try input.bytes(at: 0, count: 1 << 11)
        let count = bytes.count
        bytes += [UInt8](repeating: 0, count: Int(AVPROBE_PADDING_SIZE))
        return bytes.withUnsafeMutableBufferPointer { bytes in
            var data = AVProbeData()
            (data.buf, data.buf_size) = (bytes.baseAddress, Int32(count))
            return withUnsafeBytes(of: CChar(0)) { empty in
                data.filename = empty.baseAddress?.assumingMemoryBound(to: CChar.self)
                // More than what a name would be worth.
                var score = Int32(AVPROBE_SCORE_MAX / 2)
                return av.pointee.av_probe_input_format2(&data, 1, &score)
            }
        }
    }

    /// By the flags of its first chunk. (RFC 9649, 2.7.1)
    private static func isAnimated(webP input: InputBytes) throws(CaptureError) -> Bool {
        let start = try input.bytes(at: 8, count: 13)
        return start.starts(with: Array("WEBPVP8X".utf8)) && start.count == 13 && start[12] & 2 != 0
    }

    private static func open(
        _ input: InputBytes, _ reader: AVIOReader?, _ known: UnsafePointer<AVInputFormat>?, _ av: UnsafePointer<mien_av>
    ) throws(CaptureError) -> UnsafeMutablePointer<AVFormatContext> {
        var options: OpaquePointer?
        defer { av.pointee.av_dict_free(&options) }
        // A playlist must not make us call anyone up.
        _ = av.pointee.av_dict_set(&options, "protocol_whitelist", "file,pipe", 0)
        // A picture's name is its own, and no pattern for those of many.
        _ = av.pointee.av_dict_set(&options, "pattern_type", "none", 0)
        var format: UnsafeMutablePointer<AVFormatContext>?
        if let reader {
            format = av.pointee.avformat_alloc_context()
            guard format != nil else { throw .noMemory(input.name) }
            format?.pointee.pb = reader.context
        }
        mien_av_forget_message()
        let status =
            if reader == nil {
                url(input.name).withFileName { av.pointee.avformat_open_input(&format, $0, known, &options) }
            } else {
                av.pointee.avformat_open_input(&format, nil, known, &options)
            }
        guard status >= 0, let format else { throw refused(input, status, av) }
        // Takes any text whose name ends in .txt for the screen of a terminal.
        if String(cString: format.pointee.iformat.pointee.name) == "tty" {
            var opened: UnsafeMutablePointer<AVFormatContext>? = format
            av.pointee.avformat_close_input(&opened)
            throw refused(input, mien_averror_invalid_data, av)
        }
        return format
    }

    /// With its protocol before it, a name may begin with a dash or contain colons.
    private static func url(_ path: String) -> String { path == "-" ? "file:/dev/stdin" : "file:" + path }

    private static func refused(_ input: InputBytes, _ status: Int32, _ av: UnsafePointer<mien_av>) -> CaptureError {
        let path = input.name
        let message = String(cString: mien_av_message())
        if message == "moov atom not found", !input.isPipe,
            let start = try? input.bytes(at: 0, count: 8), RecordingLength.startsWithBox(start)
        {
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
}
