import ArgumentParser
import MienNN
import MienTraining

/// For `scripts/measure-detection` and whoever trains detectors: no part of the program's help.
struct EvaluateDetector: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate-detector", abstract: "Says which faces of a folder's CSV a detector's network finds.",
        shouldDisplay: false)

    @Option(help: "A folder of pictures; the CSV of boxes lies in it or is FOLDER.csv.", completion: .directory)
    var data: String
    @Option(help: ArgumentHelp("What mien train-detector wrote.", valueName: "file.onnx"), completion: .file())
    var model: String
    @Option(help: "Of a picture as it is looked at: larger ones are reduced.") var pixels = 640 * 360
    @Option(help: "What scores less is no face, 0 to 1.") var minScore: Float = 0.5
    @Option(help: "Every which picture is looked at.") var every = 1
    @Option(
        help: ArgumentHelp(
            "A CSV file to write: file, x, y, width, height, roll and score of each face found.", valueName: "file"),
        completion: .file())
    var found: String?
    @Flag(help: "Print JSON instead of a line.") var json = false
    @Option(help: "Workers; all cores that may be used unless given.") var threads: Int?
    @OptionGroup var overwriting: OverwritingOptions

    func validate() throws {
        if !(minScore > 0 && minScore < 1) { throw ValidationError("--min-score: between 0 and 1, please") }
        if pixels < 1024 { throw ValidationError("--pixels: at least 1024, please") }
        if every < 1 { throw ValidationError("--every: at least 1, please") }
        try checkThreads(threads)
    }

    func run() throws {
        try overwriting.check([found].compactMap(\.self).map { .init($0, .foundFaces) }, inputs: [model])
        let network = try Model(onnx: File.read(model))
        let evaluation = try DetectorEvaluation(
            of: network, folder: data, every: every, pixels: pixels, lowestScore: minScore,
            threads: threads ?? coreCount)
        for fault in evaluation.faults { tell("left out: \(fault)") }
        if let found { try File.replace(found, with: Array(evaluation.csv.utf8)) }
        print(json ? evaluation.json : evaluation.line)
    }
}
