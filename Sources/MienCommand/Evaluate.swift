public import ArgumentParser
import MienSystem
import MienTraining
import MienVision

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores a network on labelled faces.",
        discussion: """
            With --votes the label is the class with more than half of FER+'s votes, single votes left out; rows where \
            that is none of the six expressions are left out.
            """)

    @OptionGroup var source: DataOptions
    @Option(
        help: "The part of FER2013: \(Usage.allCases.map(\.rawValue).joined(separator: ", ")); PublicTest unless given."
    )
    var usage: Usage?
    @OptionGroup var model: NetworkOptions
    @Flag(help: "Print JSON instead of a table.") var json = false
    @Option(
        help: ArgumentHelp(
            "A CSV file to write: each picture's label, the answer and the six probabilities. With - it is standard output, "
                + "and the scores go to standard error.", valueName: "file|-"), completion: .file())
    var answers: String?
    @Option(
        help: ArgumentHelp(
            "A folder to write a report to: charts and the most confident mistakes as one HTML page.", valueName: "dir"),
        completion: .directory
    )
    var report: String?
    @Flag(help: "Also say how many labels change when the face's box is a tenth off or a tenth larger or smaller.")
    var shifted = false
    @Flag(help: "Ask about each picture and its mirror image, and answer with the mean.") var flip = false
    @Option(help: "Workers; all cores that may be used unless given. The result does not depend on it.") var threads:
        Int?
    @OptionGroup var overwriting: OverwritingOptions

    func validate() throws {
        if usage != nil, source.isFolder { throw ValidationError("--usage is for fer2013.csv; a folder has no parts") }
        try checkThreads(threads)
    }

    func run() throws {
        let inputs = source.files + [model.model].compactMap(\.self)
        let page = report.map { folder in
            zip(Report.files, [FileForm.sheet, .scores, .page]).map { name, form in
                OverwritingOptions.Output("\(folder)/\(name)", form)
            }
        }
        try overwriting.check([answers].compactMap(\.self).map { .init($0, .answers) } + (page ?? []), inputs: inputs)
        let network = try model.network()
        let pictures =
            try source.isFolder
            ? source.pictures(threads: threads ?? coreCount)
            : PictureSet(fer2013: source.data, votes: source.votes, usage: usage ?? .publicTest)
        let given = try Evaluation.answers(
            of: network, to: pictures, threads: threads ?? coreCount, flipping: flip)
        if let answers {
            let table = Evaluation.csv(given, labels: pictures.labels)
            if answers == "-" {
                print(table, terminator: "")
            } else {
                try File.replace(answers, with: Array(table.utf8))
            }
        }
        if let report {
            let labels = source.votes == nil ? "" : " by FER+'s votes"
            let part = source.isFolder ? "" : ", \((usage ?? .publicTest).rawValue)\(labels)"
            let history = EpochScore.history(metadata: network.metadata, modelFile: model.model)
            let name = source.data.pathParts.last ?? source.data
            try Report(model: network.name, data: name + part, given, pictures: pictures, history: history)
                .write(to: report)
        }
        say(try scores(network, pictures, given))
    }

    private func say(_ scores: String) {
        if answers == "-" { writeToStandardError(scores + "\n") } else { print(scores) }
    }

    private func scores(
        _ network: ExpressionModel, _ pictures: PictureSet, _ given: [Probabilities]
    ) throws -> String {
        let evaluation = Evaluation(given, labels: pictures.labels)
        let text = json ? evaluation.json(model: network.name) : evaluation.table(model: network.name)
        guard shifted else { return text }
        // Of the network itself: --flip is no part of it.
        let plain =
            flip ? try Evaluation.answers(of: network, to: pictures, threads: threads ?? coreCount) : given
        let steadiness = try Steadiness(
            of: network, answers: plain, pictures: pictures, threads: threads ?? coreCount)
        return json
            ? "\(text.dropLast()),\"changed_by_shifted_box\":\(steadiness.json)}" : "\(text)\n\n\(steadiness.table)"
    }
}

extension Usage: ExpressibleByArgument {}
