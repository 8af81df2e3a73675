import CMienAV

/// The kind of file that a video is written to, by its name.
public enum VideoContainer: String, CaseIterable, Sendable {
    case mp4, m4v, mov, mkv, webm

    /// nil where the name ends in none of them.
    public init?(path: String) {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }

    /// FFmpeg's name for it.
    var muxer: String {
        switch self {
        case .mp4, .m4v: "mp4"
        case .mov: "mov"
        case .mkv: "matroska"
        case .webm: "webm"
        }
    }

    /// FFmpeg's name for the subtitles that it takes.
    var subtitles: String {
        switch self {
        case .mp4, .m4v, .mov: "mov_text"
        case .mkv: "subrip"
        case .webm: "webvtt"
        }
    }

    /// Its index comes last, so that it is written in fragments as long as it grows.
    var isFragmented: Bool { muxer == "mp4" || muxer == "mov" }

    /// The encoders that may fill it, the best first.
    var encoders: [Encoder] { self == .webm ? [.vp9, .vp8] : [.x264, .openH264, .mpeg4] }

    /// Browsers and televisions play it, and show no more than 8 bits and chroma halved both ways; others are for editors, too.
    var isForPlayers: Bool { self == .mp4 || self == .m4v || self == .webm }

    /// One of libavcodec's encoders, and how it is to be set.
    struct Encoder {
        let name: String
        /// For a quality of 1 to 100.
        let options: @Sendable (Int) -> [String: String]

        /// As fast as a recording is looked at, or nearly so. The constant rate factor is 23 by default and 18 where most
        /// people see no loss (x264's own documentation); here 20 for a quality of 75.
        static let x264 = Encoder(name: "libx264") { quality in
            // Threads by frames, frames in between and a long look ahead would take 80 MB more at 1280x720.
            [
                "preset": "veryfast", "crf": "\(min(51, max(4, 80 - 4 * quality / 5)))", "threads": "2", "bf": "0",
                "x264-params": "rc-lookahead=5:sync-lookahead=0:sliced-threads=1",
            ]
        }
        static let openH264 = Encoder(name: "libopenh264") { quality in ["b": "\(80_000 * quality)"] }
        static let mpeg4 = Encoder(name: "mpeg4") { quality in ["qmin": "1", "q": "\(1 + (100 - quality) / 5)"] }
        static let vp9 = Encoder(name: "libvpx-vp9") { quality in
            ["crf": "\(min(63, max(4, 95 - 4 * quality / 5)))", "b": "0", "deadline": "realtime", "cpu-used": "7"]
        }
        static let vp8 = Encoder(name: "libvpx") { quality in
            ["crf": "\(min(63, max(4, 75 - 4 * quality / 5)))", "b": "4M", "deadline": "realtime", "cpu-used": "7"]
        }
    }
}
