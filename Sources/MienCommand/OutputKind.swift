import Mien
import MienOutput

/// A form that results are written in.
struct OutputKind: Sendable {
    /// As options call it.
    let name: String
    /// What a file of this kind has in place of its input's extension.
    let suffix: String
    /// Whether a file holds what belongs to one input, and can't be shared by several.
    let isForOneInput: Bool
    let isVideo: Bool
    /// Whether it is a page that may have pictures in it.
    let hasPictures: Bool
    let form: FileForm
    let make: @Sendable (OutputRequest) throws(SinkError) -> any Sink

    /// All there are: a new one is a line here.
    static let all =
        [
            OutputKind("jsonl", ".jsonl", .jsonLines) { request throws(SinkError) in
                JSONLines(try OutputFile(request.path))
            },
            OutputKind("csv", ".csv", .csv) { request throws(SinkError) in CSV(try OutputFile(request.path)) },
            OutputKind("vtt", ".vtt", .vtt, isForOneInput: true) { request throws(SinkError) in
                Subtitles(try OutputFile(request.path), .vtt)
            },
            OutputKind("srt", ".srt", .srt, isForOneInput: true) { request throws(SinkError) in
                Subtitles(try OutputFile(request.path), .srt)
            },
            OutputKind("report", ".html", .page, hasPictures: true) { request throws(SinkError) in
                let file = try OutputFile(private: request.path)
                return request.settings.hasThumbnails ? IllustratedReport(file) : Report(file)
            },
        ]
        + VideoContainer.allCases.map { container in
            OutputKind("\(container)", ".annotated.\(container)", .video, isForOneInput: true, isVideo: true) {
                request throws(SinkError) in
                try AnnotatedVideo(request.path, request.settings.video) { tell($0) }
            }
        }

    private init(
        _ name: String, _ suffix: String, _ form: FileForm, isForOneInput: Bool = false, isVideo: Bool = false,
        hasPictures: Bool = false, make: @escaping @Sendable (OutputRequest) throws(SinkError) -> any Sink
    ) {
        (self.name, self.suffix, self.isForOneInput) = (name, suffix, isForOneInput)
        (self.isVideo, self.hasPictures, self.form, self.make) = (isVideo, hasPictures, form, make)
    }

    /// The kind that a file of an input's own results is of, by its name.
    init?(ofResult path: String) {
        guard let kind = Self.all.first(where: { path.hasSuffix($0.suffix) }) else { return nil }
        self = kind
    }

    init?(named name: String) {
        guard let kind = Self.all.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// Whether mien may have written a file of this name, so that it is none to look at: recordings that are results.
    /// Those in the making are hidden.
    static func isResult(_ name: String) -> Bool { all.contains { name.hasSuffix($0.suffix) } }

    /// Of the settings, those that files of this kind depend on.
    func options(_ settings: OutputSettings) -> String {
        if isVideo { return givenOptions(settings.video) }
        return hasPictures ? "thumbnails: \(settings.hasThumbnails)" : ""
    }
}

/// A file of results that is to be made.
struct OutputRequest {
    /// `-` is standard output.
    let path: String
    /// What is looked at; of several inputs in one file, the first.
    let source: any FrameSource
    let settings: OutputSettings
}

/// How files are written that hold pictures.
struct OutputSettings {
    var video = AnnotatedVideo.Options()
    /// In reports.
    var hasThumbnails = true
}
