import ArgumentParser

/// Where the results of all inputs are to go, as typed.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("JSON Lines: a line for each frame.", valueName: "file|-"), completion: .file())
    var jsonl: String?

    @Option(
        help: ArgumentHelp("Comma-separated values: a line for each face.", valueName: "file|-"), completion: .file())
    var csv: String?

    @Option(
        help: ArgumentHelp("Subtitles that say what each face shows, as WebVTT.", valueName: "file|-"),
        completion: .file())
    var vtt: String?

    @Option(help: ArgumentHelp("The same as SubRip.", valueName: "file|-"), completion: .file())
    var srt: String?

    @Option(
        help: ArgumentHelp("A page to look at: what each face showed, over time.", valueName: "file.html"),
        completion: .file())
    var report: String?

    @Flag(inversion: .prefixedNo, help: "Show the strongest moments in reports, which takes a little longer.")
    var thumbnails = true

    @Option(help: ArgumentHelp("Counts and times of the run, as JSON.", valueName: "file|-"), completion: .file())
    var stats: String?

    @Option(
        help: ArgumentHelp("The inputs that could not be done, and why: a line of JSON for each.", valueName: "file|-"),
        completion: .file())
    var failures: String?

    /// The files by the names of their kinds.
    private var named: [(name: String, path: String?)] {
        [("jsonl", jsonl), ("csv", csv), ("vtt", vtt), ("srt", srt), ("report", report)]
    }

    /// What is asked for.
    var files: [Outputs.File] {
        named.compactMap { name, path in
            guard let path, let kind = OutputKind(named: name) else { return nil }
            return Outputs.File(kind: kind, path: path)
        }
    }

    /// All of them, with those that are no results.
    private var all: [(name: String, path: String?)] { named + [("stats", stats), ("failures", failures)] }

    func validate() throws {
        let toStandardOutput = all.filter { $0.path == "-" }.map { "--\($0.name)" }
        if toStandardOutput.count > 1 {
            throw ValidationError("\(toStandardOutput.joined(separator: " and ")) can't both be standard output")
        }
        for (name, path) in all where path == "" {
            throw ValidationError("--\(name) needs the name of a file")
        }
    }
}
