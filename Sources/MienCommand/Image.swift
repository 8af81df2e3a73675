import ArgumentParser

struct Image: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at pictures.",
        discussion: """
            Several inputs, folders and files of each input's own are as in `mien help video`. Of a folder the files count \
            whose names end as pictures' do (jpg, png, heic, webp, tif ...). Of what holds several pictures, as animations and \
            recordings do, the first is looked at, and a line says so: `mien video` looks at all.
            """)

    @Argument(
        help: """
            Pictures (JPEG, PNG, HEIC, AVIF, and whatever else FFmpeg reads), folders of them, or patterns in quotes ('*.jpg'); - is \
            standard input.
            """, completion: .file())
    var input: [String]

    @OptionGroup var batch: BatchOptions
    @OptionGroup var options: CommonOptions

    func run() throws {
        let (plan, inputs) = try batch.resolve(input, extensions: InputSearch.photos, onlyFirst: true, nil, options)
        try plan.run(inputs)
    }
}
