import ArgumentParser

struct Video: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at every frame of recordings.",
        discussion: """
            All inputs' results go to standard output or to the files that --jsonl and the like name. With --each every \
            input has files of its own, beside it or under --to: talk.mp4 gives talk.jsonl. Until such a file is whole \
            it has a hidden name of its own, so that runs may meet in one folder; .talk.mien.json says what it was made \
            from, and --resume compares. An input that can't be read doesn't stop the others: they are listed in the end, \
            and the exit status is 65. What was found before one broke off is in .talk.partial.jsonl.
            Of a folder the files count whose names end as recordings' do (mp4, mov, mkv, webm, avi ...), without hidden \
            ones and without what mien wrote. How many others there are, and of which kinds, is said in a line.
            """)

    @Argument(
        help: """
            Recordings, in any format that FFmpeg reads, folders of them, or patterns in quotes ('*.mp4'); - is standard \
            input.
            """, completion: .file())
    var input: [String]

    @OptionGroup var batch: BatchOptions
    @OptionGroup var video: VideoOptions
    @OptionGroup var showing: ShowingOptions
    @OptionGroup var options: CommonOptions

    func run() throws {
        var (plan, inputs) = try batch.resolve(input, extensions: InputSearch.recordings, video, options)
        plan.showing = showing
        try plan.run(inputs)
    }
}
