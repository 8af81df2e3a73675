import ArgumentParser

struct Video: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at every frame of recordings.")

    @Argument(help: "Recordings, in any format that FFmpeg reads; - is standard input.")
    var input: [String]

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.resolve(inputs: input).run(input.map { Input(path: $0) })
    }
}
