import ArgumentParser
import MienOutput

/// How annotated videos are written, as typed.
struct VideoOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Quality of the pictures written, of 100.", valueName: "n"))
    var quality = 75

    func validate() throws {
        if !(1...100).contains(quality) { throw ValidationError("--quality: 1 to 100, please") }
    }

    /// Refuses what no video can be written to.
    static func check(_ path: String?, _ option: String) throws {
        guard let path else { return }
        guard VideoContainer(path: path) != nil else {
            let kinds = VideoContainer.allCases.map { ".\($0)" }.joined(separator: ", ")
            throw ValidationError("\(option): the name must end in one of \(kinds), so that the kind of video is known")
        }
    }
}
