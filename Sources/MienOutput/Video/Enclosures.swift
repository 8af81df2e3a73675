import CMienAV
import MienCapture

/// What a recording holds as a whole, beside what goes on in time: chapters, its cover, the fonts of its subtitles.
///
/// Valid as long as the recording is open.
struct Enclosures {
    private let recording: RecordingPictures
    private let container: VideoContainer
    private var streams: [UnsafeMutablePointer<AVStream>] = []

    /// At first the chapters alone.
    init(of recording: RecordingPictures, for container: VideoContainer) {
        (self.recording, self.container) = (recording, container)
    }

    /// As messages call a stream that is enclosed; nil for one that goes on in time.
    static func name(of stream: UnsafeMutablePointer<AVStream>) -> String? {
        if stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_ATTACHMENT { return "attachment" }
        if stream.pointee.disposition & AV_DISPOSITION_TIMED_THUMBNAILS != 0 { return "pictures of chapters" }
        return stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 ? "cover" : nil
    }

    /// Adds such a stream; false where the container takes none like it, or it holds nothing that FFmpeg knows.
    mutating func add(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        guard let parameters = stream.pointee.codecpar?.pointee,
            stream.pointee.disposition & AV_DISPOSITION_TIMED_THUMBNAILS == 0
        else { return false }
        let isAttachment = parameters.codec_type == AVMEDIA_TYPE_ATTACHMENT
        // One that FFmpeg can't read would keep the file from being written.
        let hasSize = parameters.width > 0 && parameters.height > 0 && stream.pointee.attached_pic.size > 0
        guard isAttachment || hasSize else { return false }
        let covers = [AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_CODEC_ID_BMP]
        let isTaken =
            switch container {
            case .mkv: true
            case .mp4, .m4v: covers.contains(parameters.codec_id)
            case .mov, .webm: false
            }
        if isTaken { streams.append(stream) }
        return isTaken
    }

    /// Gives them to a file whose other streams are known, before its header is written. False where there is no memory.
    func describe(in file: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        let av = recording.av
        guard av.copyChapters(of: recording.format, from: recording.start, to: file) else { return false }
        for stream in streams {
            guard let copy = av.pointee.avformat_new_stream(file, nil), av.copyParameters(of: stream, to: copy) else {
                return false
            }
            guard stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 else { continue }
            copy.pointee.disposition = AV_DISPOSITION_ATTACHED_PIC
            if container == .mkv, !av.attach(stream.pointee.attached_pic, to: copy) { return false }
        }
        return true
    }

    /// Writes what follows the header. Gives FFmpeg's status.
    func write(to file: UnsafeMutablePointer<AVFormatContext>) -> Int32 {
        guard container != .mkv else { return 0 }
        let av = recording.av
        for (index, stream) in streams.enumerated() {
            var packet = av.pointee.av_packet_clone(&stream.pointee.attached_pic)
            guard let copy = packet else { return -ENOMEM }
            defer { av.pointee.av_packet_free(&packet) }
            copy.pointee.stream_index = Int32(clamping: Int(file.pointee.nb_streams) - streams.count + index)
            (copy.pointee.pts, copy.pointee.dts) = (0, 0)
            let status = av.pointee.av_interleaved_write_frame(file, copy)
            guard status >= 0 else { return status }
        }
        return 0
    }
}

extension UnsafePointer<mien_av> {
    /// Gives `file`, which has none, the same chapters, with times in seconds after `start`. Their memory is the file's, and goes with it.
    fileprivate func copyChapters(
        of source: UnsafeMutablePointer<AVFormatContext>, from start: Double,
        to file: UnsafeMutablePointer<AVFormatContext>
    ) -> Bool {
        let count = Int(source.pointee.nb_chapters)
        guard count > 0 else { return true }
        typealias Chapter = UnsafeMutablePointer<AVChapter>?
        guard let list = pointee.av_mallocz(count * MemoryLayout<Chapter>.stride) else { return false }
        file.pointee.chapters = list.bindMemory(to: Chapter.self, capacity: count)
        for index in 0..<count {
            guard let from = source.pointee.chapters[index],
                let copy = pointee.av_memdup(from, MemoryLayout<AVChapter>.size)
            else { return false }
            let chapter = copy.bindMemory(to: AVChapter.self, capacity: 1)
            chapter.pointee.metadata = nil
            // Matroska refuses times before 0.
            let ticks = Ticks(from.pointee.time_base)
            func time(_ stamp: Int64) -> Int64 { ticks.count(max(0, ticks.seconds(stamp) - start)) }
            chapter.pointee.start = time(from.pointee.start)
            chapter.pointee.end = max(chapter.pointee.start, time(from.pointee.end))
            file.pointee.chapters[index] = chapter
            file.pointee.nb_chapters += 1
            guard pointee.av_dict_copy(&chapter.pointee.metadata, from.pointee.metadata, 0) >= 0 else { return false }
        }
        return true
    }

    /// Makes `stream` an attachment of Matroska's that holds this picture.
    fileprivate func attach(_ picture: AVPacket, to stream: UnsafeMutablePointer<AVStream>) -> Bool {
        guard let parameters = stream.pointee.codecpar, let data = picture.data,
            let bytes = pointee.av_mallocz(Int(picture.size) + Int(AV_INPUT_BUFFER_PADDING_SIZE))
        else { return false }
        bytes.copyMemory(from: data, byteCount: Int(picture.size))
        pointee.av_free(parameters.pointee.extradata)
        parameters.pointee.extradata = bytes.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = picture.size
        parameters.pointee.codec_type = AVMEDIA_TYPE_ATTACHMENT
        stream.pointee.disposition = 0
        let (ending, kind) =
            switch parameters.pointee.codec_id {
            case AV_CODEC_ID_PNG: ("png", "png")
            case AV_CODEC_ID_BMP: ("bmp", "bmp")
            case AV_CODEC_ID_GIF: ("gif", "gif")
            case AV_CODEC_ID_TIFF: ("tif", "tiff")
            default: ("jpg", "jpeg")
            }
        for (name, value) in [("filename", "cover.\(ending)"), ("mimetype", "image/\(kind)")] {
            _ = pointee.av_dict_set(&stream.pointee.metadata, name, value, AV_DICT_DONT_OVERWRITE)
        }
        return true
    }
}
