import ArgumentParser
import Glibc
import Mien
import MienCapture
import MienOutput
import MienSystem

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Makes a folder of labelled pictures: frames, faces, and lists of them.",
        discussion: """
            Faces go to faces/LABEL/SOURCE-FRAME-ID.png, which PyTorch's ImageFolder and `mien train --data DIR/faces` \
            read, whole frames to frames/SOURCE-FRAME.png. labels.csv, labels.jsonl and coco.json say what is in them. \
            A dump that was cut short, or is to have more in it, goes on with --resume and the same options. The files are \
            readable by their owner alone. A dump that is there is written over only with --force.
            """)

    @Argument(
        help:
            "Recordings, photos, folders of them, or patterns in quotes ('*.mp4'); - is a recording on standard input.",
        completion: .file())
    var input: [String] = []

    @Option(
        help: ArgumentHelp("A camera instead: its path, number or bus, or a part of its name.", valueName: "camera"))
    var device: String?

    @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"), completion: .directory)
    var to: String

    @Option(help: ArgumentHelp("Every so many frames, or (2s) seconds (default: every frame).", valueName: "n|seconds"))
    var every: DumpInterval?

    @Flag(help: "Only frames in which a face comes, goes, or shows another expression than before.")
    var onChange = false

    @Option(help: ArgumentHelp("Faces of these labels alone, and frames with such.", valueName: "label,..."))
    var only: DumpLabels?

    @Option(help: ArgumentHelp("Faces of at least this confidence alone, and frames with such.", valueName: "0-1"))
    var minConfidence = 0.0

    @Flag(help: "Pictures of faces alone, without the frames.")
    var crops = false

    @Flag(help: "Frames with boxes, labels and bars drawn in.")
    var annotated = false

    @Option(
        help: ArgumentHelp(
            "Width and height of the faces' pictures (default: each as large as it is).", valueName: "pixels"))
    var size: Int?

    @OptionGroup var privacy: PrivacyOptions

    @Flag(name: .shortAndLong, help: "Of folders, look into the folders in them, too.")
    var recursive = false

    @Flag(help: "Go on with the dump in the folder: what is whole there is left as it is.")
    var resume = false

    @OptionGroup var options: CommonOptions

    func validate() throws {
        if input.isEmpty == (device == nil) { throw ValidationError("name recordings or photos, or a --device") }
        if every != nil, onChange { throw ValidationError("--every and --on-change exclude each other") }
        if resume, options.overwriting.force { throw ValidationError("--resume and --force exclude each other") }
        if crops, annotated { throw ValidationError("--annotated is for frames, which --crops leaves out") }
        if to.isEmpty { throw ValidationError("--to needs the name of a folder") }
        if !(0...1).contains(minConfidence) { throw ValidationError("--min-confidence: 0 to 1, please") }
        if let size, !(8...4096).contains(size) { throw ValidationError("--size: 8 to 4096, please") }
    }

    func run() throws {
        var search = InputSearch(
            extensions: InputSearch.recordings.union(InputSearch.photos), isRecursive: recursive,
            excluded: FileIdentity(to, isFolder: true))
        var inputs = try device.map { [Input(try CameraSource($0) { tell("\($0)") })] } ?? search.inputs(for: input)
        // What is wrong is told before the folder is made, or emptied.
        try options.overwriting.check(lists, inputs: [])
        _ = try options.resolve(inputs: inputs, nil)
        let dump: Dump
        do { dump = try Dump(to: to, choices, goesOn: resume) } catch {
            tell("\(error)")
            throw ExitCode.failure
        }
        for index in inputs.indices where inputs[index].fault == nil {
            inputs[index].results = DumpResults(dump.part(inputs[index].path, stem: stem(of: inputs[index])))
        }
        var plan = try options.resolve(inputs: inputs, nil, privacy: privacy.way)
        if plan.verbosity != .quiet {
            plan.progress = ProgressChoice.auto.form(besides: plan.outputs)
            if let line = search.passedOver { tell(line) }
        }
        plan.resumes = resume
        var status: (any Error)?
        do { try plan.run(inputs) } catch { status = error }
        do { try dump.finish() } catch {
            // What a full disk has ended needs no second message.
            if status == nil || !error.isDiskFull { tell("\(error)") }
            if status == nil || status as? ExitCode == .unreadInputs { status = ExitCode.failure }
        }
        if plan.verbosity != .quiet { tell(dump.summary) }
        if let status { throw status }
    }

    /// What there is of all inputs, and is written anew each time.
    private var lists: [OverwritingOptions.Output] {
        let lists: [(String, FileForm)] = [
            (Dump.lists.csv, .dumpTable), (Dump.lists.json, .jsonLines), (Dump.lists.coco, .coco),
        ]
        return lists.dropLast(crops ? 1 : 0).flatMap { name, form in
            ["", Dump.partial].map { .init("\(to)/\(name)\($0)", form) }
        }
    }

    private var choices: DumpOptions {
        var options = DumpOptions()
        options.choice = onChange ? .changes : every?.choice ?? .frames(1)
        options.labels = only?.labels
        options.confidence = minConfidence
        options.hasFrames = !crops
        options.isAnnotated = annotated
        options.size = size
        options.privacy = privacy.way
        options.overwrites = self.options.overwriting.force
        return options
    }

    /// The file's name without its extension; of a camera, its name and the time, for each run shows something else.
    private func stem(of input: Input) -> String {
        let name = input.path == "-" ? "stdin" : input.path.pathParts.last ?? input.path
        if device != nil { return "\(name)-\(timeForNames())" }
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}

/// "10" or "2s".
struct DumpInterval: ExpressibleByArgument {
    let choice: DumpOptions.Choice

    init?(argument: String) {
        if let count = Int(argument), count > 0 {
            choice = .frames(count)
        } else if argument.hasSuffix("s"), let seconds = Double(argument.dropLast()), seconds > 0, seconds < 1e9 {
            choice = .seconds(seconds)
        } else {
            return nil
        }
    }
}

/// "happy,sad".
struct DumpLabels: ExpressibleByArgument {
    let labels: Set<Expression>

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        let found = names.compactMap { Expression(name: String($0)) }
        guard found.count == names.count else { return nil }
        labels = Set(found)
    }
}

/// An input's part of a dump.
private final class DumpResults: InputResults {
    private let part: Dump.Part

    init(_ part: Dump.Part) { self.part = part }

    var haveVideo: Bool { false }
    var paths: [String] { [] }
    var hiddenPaths: [String] { [] }

    func state(_ source: ResultRecord.Source, _ batch: BatchContext) -> ResultState {
        part.isWhole(since: source.version.modified) ? .whole : .missing(reason: nil)
    }

    func makeSinks(
        for source: any FrameSource, _ file: ResultRecord.Source?, _ batch: BatchContext
    ) throws(SinkError) -> [any Sink] { [try part.makeSink()] }

    func complete(_ batch: BatchContext) throws(SinkError) { try part.complete() }
    func keep(_ batch: BatchContext) {}
    func discard(_ batch: BatchContext) {}
    func note(failure: String, of file: ResultRecord.Source, _ batch: BatchContext) {}
}
