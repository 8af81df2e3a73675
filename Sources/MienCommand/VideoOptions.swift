import ArgumentParser
import MienOutput

/// An annotated video that is written, as typed.
struct VideoOptions: ParsableArguments {
    @Option(
        name: [.long, .customLong("record")],
        help: ArgumentHelp(
            "A copy with boxes, labels and bars drawn in, with the sound: .mp4, .mkv, .webm or .mov.", valueName: "file"
        ), completion: .file())
    var out: String?

    @Option(help: ArgumentHelp("Quality of the pictures written, of 100.", valueName: "n"))
    var quality = 75

    @Flag(
        help:
            "Keep 10 bits and fine chroma in .mp4 and .webm, too, where few players show them; .mov and .mkv always do."
    )
    var keepPixelFormat = false

    @OptionGroup var privacy: PrivacyOptions

    func validate() throws {
        if !(1...100).contains(quality) { throw ValidationError("--quality: 1 to 100, please") }
        if let out, VideoContainer(path: out) == nil {
            let kinds = VideoContainer.allCases.map { ".\($0)" }.joined(separator: ", ")
            throw ValidationError("\(out): of what kind is it to be? The name must end in one of \(kinds)")
        }
    }

    /// The file, if there is to be one.
    var file: Outputs.File? {
        guard let out, let container = VideoContainer(path: out), let kind = OutputKind(named: "\(container)") else {
            return nil
        }
        return Outputs.File(kind: kind, path: out)
    }

    var options: AnnotatedVideo.Options {
        var options = AnnotatedVideo.Options()
        (options.quality, options.privacy) = (quality, privacy.way)
        options.keepsPixelFormat = keepPixelFormat
        return options
    }
}
