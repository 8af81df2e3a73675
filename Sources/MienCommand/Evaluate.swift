public import ArgumentParser
import CMienAssets
import Glibc
import MienNN
public import MienTraining

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
    @Option(help: "Workers; all cores unless given.") var threads: Int?

    func run() throws {
        let network = try Self.model(at: model)
        let pictures = try PictureSet(fer2013: data, votes: votes, usage: usage)
        let (evaluation, _) = try Evaluation.of(network, pictures: pictures, threads: threads ?? Train.coreCount)
        print(json ? evaluation.json(model: network.name) : evaluation.table(model: network.name))
    }

    private static func model(at path: String?) throws -> Model {
        guard let path else {
            let asset = mien_asset_model
            return try Model(onnx: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
        }
        let bytes = try File.read(path)
        do {
            return try Model(onnx: bytes)
        } catch { throw ModelError(error.code, "\(path): \(error)") }
    }
}

extension Usage: ExpressibleByArgument {}
