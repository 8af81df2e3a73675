import CMienAV
public import Mien
import MienCapture
import MienImage

/// A copy of a recording, or a recording of a camera, with boxes, labels and bars in its pictures: the same times, the same
/// sound and subtitles.
public final class AnnotatedVideo: PictureSink {
    /// How it is to be written.
    public struct Options: Sendable {
        /// 1 to 100, of which 75 looks like the original to most.
        public var quality = 75
        /// What becomes of the faces.
        public var privacy = Privacy.none
        /// Whether pictures keep bits and chroma that few players show, in containers for players, too.
        public var keepsPixelFormat = false

        public init() {}
    }

    private let options: Options
    private let container: VideoContainer
    private let report: (String) -> Void
    private let file: VideoFile
    private var recording: RecordingPictures?
    private var encoder: VideoEncoder?
    private var stream: Int32 = 0
    private var picture: Picture?
    private var form: StreamForm?
    private let overlay: Overlay
    /// The streams beside the pictures that the file can take, by their indices in the recording.
    private var others: [Int32] = []
    /// Index in the recording and in the file, and the time base there.
    private var copied: [Int32: (index: Int32, timeBase: AVRational)] = [:]
    /// Of subtitles that the file takes in another form, by their index in the recording.
    private var converters: [Int32: SubtitleConverter] = [:]
    /// Of sound that the file takes in another framing, likewise.
    private var filters: [Int32: BitstreamFilter] = [:]
    /// Packets of other streams that came before the first picture.
    private var early: [UnsafeMutablePointer<AVPacket>] = []
    private var failure: SinkError?

    /// Whether the file at `path` is one of these; false where that can't be told.
    public static func isOwn(_ path: String) -> Bool { VideoFile.isOwn(path) }

    /// Creates the file. `report` is told what can't be taken over. Throws where the name says of no kind of video, and where
    /// the file can't be created.
    public init(
        _ path: String, _ options: Options = Options(), report: @escaping (String) -> Void
    ) throws(SinkError) {
        guard let container = VideoContainer(path: path) else {
            let kinds = VideoContainer.allCases.map { ".\($0)" }.joined(separator: ", ")
            throw SinkError("cannot write \(path): no kind of video that is known (the name must end in \(kinds))")
        }
        (self.options, self.container, self.report) = (options, container, report)
        overlay = Overlay(privacy: options.privacy)
        file = try VideoFile(path, container)
        if let problem = overlay.problem { report("\(path): \(problem)") }
    }

    deinit { for packet in early { free(packet) } }

    public func begin(_ run: RunDescription) {}

    public func begin(_ source: any FrameSource, _ pictures: any PictureReader) throws(SinkError) {
        guard recording == nil, encoder == nil else {
            throw SinkError("cannot write to \(file.path): it holds another recording already (one for each, please)")
        }
        guard let recording = pictures as? RecordingPictures else { return }
        self.recording = recording
        others = try takenOver(recording)
        recording.copyStreams(Set(others)) { [weak self] in self?.copy($0) }
    }

    /// Which streams the file can take, beside those that are enclosed in it; tells of those that it can't.
    private func takenOver(_ recording: RecordingPictures) throws(SinkError) -> [Int32] {
        var taken: [Int32] = []
        var leftOut: [String] = []
        var enclosures = Enclosures(of: recording, for: container)
        for index in 0..<Int32(clamping: recording.format.pointee.nb_streams) {
            guard index != recording.stream.pointee.index,
                let stream = recording.format.pointee.streams[Int(index)],
                let parameters = stream.pointee.codecpar?.pointee, !recording.isCarriedOtherwise(stream)
            else { continue }
            if let name = Enclosures.name(of: stream) {
                if !enclosures.add(stream) { leftOut.append("the \(name) (.\(container) takes none like it)") }
                continue
            }
            let codec = file.codecName(of: parameters)
            let kind: String
            switch parameters.codec_type {
            case AVMEDIA_TYPE_AUDIO: kind = "sound"
            case AVMEDIA_TYPE_SUBTITLE: kind = "subtitles"
            case AVMEDIA_TYPE_DATA: kind = "data"
            case AVMEDIA_TYPE_VIDEO:
                leftOut.append("the other pictures in it (one video stream is looked at and written)")
                continue
            default: continue
            }
            if file.takes(parameters) {
                taken.append(index)
            } else if kind == "subtitles", let converter = SubtitleConverter(stream, for: container, recording.av) {
                converters[index] = converter
                taken.append(index)
            } else if kind == "sound" {
                throw SinkError(
                    "cannot write \(file.path): .\(container) takes no sound in \(codec), "
                        + "as \(recording.path) has it\(container == .mkv ? "" : " (.mkv may)")")
            } else {
                let advice = kind == "subtitles" && container != .mkv ? " (.mkv may)" : ""
                leftOut.append("\(kind), which .\(container) doesn't take in \(codec)\(advice)")
            }
        }
        file.enclosures = enclosures
        for (index, what) in leftOut.enumerated() where !leftOut[..<index].contains(what) {
            report("\(file.path): without \(what)")
        }
        return taken
    }

    public func write(_ result: borrowing FrameResult, _ shown: Picture?) throws(SinkError) {
        guard let shown else { return }
        do {
            if encoder == nil { try start(like: shown) }
            guard let encoder, let form, let picture else { return }
            let place = try form.show(shown, in: picture)
            if let canvas = try picture.canvas() {
                if let place {
                    overlay.draw(result.fitted(into: place, of: picture), on: canvas)
                } else {
                    overlay.draw(result, on: canvas)
                }
            }
            let (time, duration) = times(of: result, shown, encoder)
            try encoder.encode(picture.frame, time: time, duration: duration) { packet throws(SinkError) in
                try file.write(packet, to: stream, timeBase: encoder.context.pointee.time_base)
            }
        } catch let error as CaptureError {
            throw SinkError(error.description)
        } catch {
            throw error as? SinkError ?? SinkError("\(error)")
        }
        if let failure { throw failure }
    }

    private func times(
        of result: borrowing FrameResult, _ shown: Picture, _ encoder: VideoEncoder
    ) -> (time: Int64, duration: Int64) {
        let ticks = Ticks(encoder.context.pointee.time_base)
        let rate = encoder.context.pointee.framerate
        let usual = ticks.count(Double(rate.den) / Double(max(rate.num, 1)))
        // Where the result's time is a stamp's, this is that stamp to the tick.
        let time = ticks.count(result.time)
        guard let recording, shown.frame.pointee.pkt_duration > 0 else { return (time, usual) }
        let duration = Ticks(recording.stream.pointee.time_base).seconds(shown.frame.pointee.pkt_duration)
        return (time, ticks.count(duration))
    }

    /// Opens the encoder and writes the header.
    private func start(like shown: Picture) throws {
        let timeBase = recording?.stream.pointee.time_base.fine ?? AVRational(num: 1, den: 90_000)
        var rate = recording?.stream.pointee.avg_frame_rate ?? AVRational(num: 30, den: 1)
        if rate.num <= 0 || rate.den <= 0 { rate = AVRational(num: 25, den: 1) }
        // What the recording's container says of turning, the file's says again, where it can. All else is written upright.
        let isTurned = container.isFragmented && recording?.streamOrientation == shown.orientation
        let asStored = shown.orientation == .up || isTurned
        let encoder = try VideoEncoder(
            container, quality: options.quality, like: shown, asStored: asStored,
            keepsPixelFormat: options.keepsPixelFormat || !container.isForPlayers, timeBase: timeBase, rate: rate,
            needsHeaders: file.needsHeaders, for: file.path)
        form = try StreamForm(shown, asStored: asStored, encoder.context)
        let av = shown.av
        stream = try file.addStream { stream in
            stream.pointee.time_base = timeBase
            stream.pointee.avg_frame_rate = rate
            guard av.pointee.avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context) >= 0 else {
                return false
            }
            defer { stream.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio }
            return recording.map { av.copyDescription(of: $0.stream, to: stream, isTurned: asStored) } ?? true
        }
        try addCopiedStreams()
        try file.writeHeader()
        picture = try Picture()
        self.encoder = encoder
        for packet in early {
            write(packet)
            free(packet)
        }
        early = []
    }

    private func addCopiedStreams() throws(SinkError) {
        guard let recording else { return }
        file.copyMetadata(of: recording.format)
        for index in others {
            guard let from = recording.format.pointee.streams[Int(index)] else { continue }
            if container.isFragmented { filters[index] = BitstreamFilter(from, recording.av) }
            let to = try file.addStream {
                converters[index]?.describe(from, in: $0) ?? recording.av.copyParameters(of: from, to: $0)
            }
            if from.pointee.codecpar.pointee.codec_type != AVMEDIA_TYPE_AUDIO { file.expectFew(in: to) }
            copied[index] = (to, from.pointee.time_base)
        }
    }

    /// Takes a packet of another stream over.
    private func copy(_ packet: UnsafeMutablePointer<AVPacket>) {
        guard let clone = recording?.av.pointee.av_packet_clone(packet) else { return }
        guard encoder != nil else { return early.append(clone) }
        write(clone)
        free(clone)
    }

    private func write(_ packet: UnsafeMutablePointer<AVPacket>) {
        guard failure == nil, let target = copied[packet.pointee.stream_index] else { return }
        do throws(SinkError) {
            if let filter = filters[packet.pointee.stream_index] {
                return try filter.pass(packet) { packet throws(SinkError) in
                    try file.write(packet, to: target.index, timeBase: target.timeBase)
                }
            }
            guard let converter = converters[packet.pointee.stream_index] else {
                return try file.write(packet, to: target.index, timeBase: target.timeBase)
            }
            guard let text = converter.convert(packet) else { return }
            defer { free(text) }
            try file.write(text, to: target.index, timeBase: target.timeBase)
        } catch {
            failure = error
        }
    }

    private func free(_ packet: UnsafeMutablePointer<AVPacket>) {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        recording?.av.pointee.av_packet_free(&packet)
    }

    public func finish() throws(SinkError) {
        if let encoder {
            recording?.finish()
            try encoder.encode(nil) { packet throws(SinkError) in
                try file.write(packet, to: stream, timeBase: encoder.context.pointee.time_base)
            }
            // Its memory is worth having while the file gets its index.
            self.encoder = nil
        }
        try file.finish()
        if let failure { throw failure }
    }
}

extension AVRational {
    /// The same time base, or one of which that is a multiple, fine enough for times between its ticks.
    fileprivate var fine: AVRational {
        guard num > 0, den > 0 else { return AVRational(num: 1, den: 90_000) }
        let (perSecond, enough) = (Double(den) / Double(num), 10_000.0)
        guard perSecond < 1000 else { return self }
        let fine = Int64(den) * Int64((enough / perSecond).rounded(.up))
        return Int32(exactly: fine).map { AVRational(num: num, den: $0) } ?? AVRational(num: 1, den: 90_000)
    }
}

extension RecordingPictures {
    /// Whether a stream only says once more what is copied in another way: the text of chapters, a time code.
    fileprivate func isCarriedOtherwise(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        let tag = FourCC(rawValue: stream.pointee.codecpar.pointee.codec_tag)
        return tag == FourCC("tmcd") || tag == FourCC("text") && format.pointee.nb_chapters > 0
    }
}
