public import Mien
import MienVision

/// Subtitles of one recording: what each face shows, from one change to the next.
public final class Subtitles: Sink {
    public enum Format: Sendable {
        /// W3C's WebVTT.
        case vtt
        /// SubRip.
        case srt
    }

    private let file: OutputFile
    private let format: Format
    private var cues = CueMaker()
    private var count = 0

    public init(_ file: OutputFile, _ format: Format) { (self.file, self.format) = (file, format) }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) throws(SinkError) {
        guard format == .vtt else { return }
        file.text.append("WEBVTT\n\n")
        try file.endFrame()
    }

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        for cue in cues.add(result) { append(cue) }
        try file.endFrame(isLive: result.live != nil)
    }

    public func finish() throws(SinkError) {
        if let cue = cues.finish() { append(cue) }
        try file.close()
    }

    private func append(_ cue: Cue) {
        count += 1
        if format == .srt {
            file.text.append(count)
            file.text.append("\n")
        }
        append(cue.start)
        file.text.append(" --> ")
        append(cue.end)
        file.text.append("\n")
        // Letters and digits alone: nothing that either format would take for markup.
        for line in cue.lines {
            file.text.append("face ")
            file.text.append(line.face)
            file.text.append(": ")
            file.text.append(line.label.name)
            file.text.append("\n")
        }
        file.text.append("\n")
    }

    /// Hours, minutes, seconds and milliseconds.
    private func append(_ time: Double) {
        let milliseconds = Int((time * 1000).rounded())
        for (unit, modulus) in [(3_600_000, Int.max), (60000, 60), (1000, 60)] {
            if unit < 3_600_000 { file.text.append(":") }
            file.text.append(milliseconds / unit % modulus, digits: 2)
        }
        file.text.append(format == .vtt ? "." : ",")
        file.text.append(milliseconds % 1000, digits: 3)
    }
}
