public import ArgumentParser
import MienTraining
import MienVision

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores a network on labelled faces.",
        discussion: """
            With --votes the label is the class with more than half of FER+'s votes, single votes left out; rows where \
            that is none of the six expressions are left out.
            """)

    @Option(help: "Kaggle's fer2013.csv, plain or packed as .csv.xz.") var data: String
    @Option(help: "FER+'s fer2013new.csv: its votes are the labels then.") var votes: String?
    @Option(help: "The part of the data: \(Usage.allCases.map(\.rawValue).joined(separator: ", ")).")
    var usage = Usage.publicTest
    @Option(help: "An ONNX file; the network built in unless given.") var model: String?
    @Flag(help: "Print JSON instead of a table.") var json = false
    @Option(help: "A CSV file to write: each picture's label, the answer and the six probabilities.")
    var answers: String?
    @Option(help: "Workers; all cores unless given. The result does not depend on it.") var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: at least 1, please") }
    }

    func run() throws {
        let inputs = [data, votes, model].compactMap(\.self)
        try FileIdentity.refuseOverlap(outputs: [answers].compactMap(\.self), inputs: inputs)
        let network = try ExpressionModel(file: model)
        let pictures = try PictureSet(fer2013: data, votes: votes, usage: usage)
        let given = try Evaluation.answers(of: network, to: pictures, threads: threads ?? Train.coreCount)
        if let answers {
            try File.replace(answers, with: Array(Evaluation.csv(given, labels: pictures.labels).utf8))
        }
        let evaluation = Evaluation(given, labels: pictures.labels)
        print(json ? evaluation.json(model: network.name) : evaluation.table(model: network.name))
    }
}

extension Usage: ExpressibleByArgument {}
