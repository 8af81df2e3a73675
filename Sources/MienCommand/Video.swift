import ArgumentParser

struct Video: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at every frame of recordings.")

    @Argument(help: "Recordings, in any format that FFmpeg reads; - is standard input.")
    var input: [String]

    @Option(
        help: ArgumentHelp(
            "A copy of the recording with boxes, labels and bars drawn in, and its sound: .mp4, .mkv or .webm.",
            valueName: "file"))
    var out: String?

    @OptionGroup var video: VideoOptions
    @OptionGroup var options: CommonOptions

    func validate() throws {
        try VideoOptions.check(out, "--out")
        if out != nil, input.count > 1 {
            throw ValidationError("--out holds one recording; name one, or run once for each")
        }
    }

    func run() throws {
        var plan = try options.resolve(inputs: input, outputs: [out])
        (plan.outputs.video, plan.outputs.quality) = (out, video.quality)
        try plan.run(input.map { Input(path: $0) })
    }
}
