import ArgumentParser

struct Image: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Looks at pictures.")

    @Argument(help: "Pictures: JPEG, PNG, and whatever else FFmpeg reads; - is standard input.")
    var input: [String]

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.resolve(inputs: input).run(input.map { Input(path: $0) })
    }
}
