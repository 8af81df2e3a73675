import ArgumentParser
import MienNN
import MienTraining

struct TrainAligner: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains the small network that follows faces from frame to frame.",
        discussion: """
            Learns from the Training rows of FER2013 alone: faces moved, magnified and turned by known amounts, and \
            pictures made from them in which there is none. The same seed gives the same network.
            """)

    @Option(help: "Kaggle's fer2013.csv, plain or packed as .csv.xz.") var data: String
    @Option(help: "FER+'s fer2013new.csv: pictures that its voters took for no face are left out.") var votes: String?
    @Option(help: "The file to write.", completion: .file()) var out = "aligner.onnx"
    @Option(help: "Times that all pictures are seen.") var epochs = AlignerTraining.Recipe().epochs
    @Option(help: "Of all chance.") var seed = AlignerTraining.Recipe().seed
    @Option(help: "Workers; all cores that may be used unless given. The result does not depend on it.") var threads:
        Int?
    @OptionGroup var overwriting: OverwritingOptions

    func validate() throws {
        if epochs < 1 { throw ValidationError("--epochs: at least 1, please") }
        try checkThreads(threads)
    }

    func run() throws {
        try overwriting.check([.init(out, .network)], inputs: [data, votes].compactMap(\.self))
        try File.checkIsWritable(out)
        let pictures = try PictureSet(
            fer2013: data, votes: votes, usage: .training, includingDisputed: true, leavingOutCopies: true)
        var recipe = AlignerTraining.Recipe()
        (recipe.epochs, recipe.seed) = (epochs, seed)
        let training = try AlignerTraining(recipe, pictures: pictures, threads: threads ?? coreCount)
        for epoch in 0..<epochs {
            let loss = try training.learn(epoch: epoch)
            let score = try training.score()
            tell(
                "epoch \(epoch + 1) of \(epochs): loss \(JSON.decimal(loss, 4)); on pictures kept back: "
                    + "offset \(JSON.decimal(100 * score.offsetError, 2)) % of the width off, "
                    + "size \(JSON.decimal(100 * score.growthError, 2)) %, "
                    + "\(JSON.decimal(100 * score.facesFound, 2)) % of the faces found, "
                    + "\(JSON.decimal(100 * score.othersRefused, 2)) % of the others refused")
        }
        let model = training.model(data: votes == nil ? "FER2013 Training" : "FER2013 Training, FER+ votes")
        try File.replace(out, with: model.onnx())
    }
}
