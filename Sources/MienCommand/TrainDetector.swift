import ArgumentParser
import MienNN
import MienTraining

struct TrainDetector: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-detector", abstract: "Trains the network that finds faces.",
        discussion: """
            Learns from scenes that it makes: heads of --heads, masked, with glasses, turned, in the dark, in front of \
            --backgrounds and --scenes. After each epoch the network so far is written, and FILE.checkpoint beside it; the \
            same command with --resume goes on from there, with more --epochs too as long as the rate hasn't begun to fall. The same seed gives the same network.
            """)

    @Option(
        help: "A folder of pictures of one head each; the CSV of boxes and points lies in it or is FOLDER.csv.",
        completion: .directory)
    var heads: String
    @Option(help: "A folder of pictures with faces of their own, and their CSV likewise.", completion: .directory)
    var scenes: String?
    @Option(help: "A folder of pictures without any face; may be given several times.", completion: .directory)
    var backgrounds: [String] = []
    @Option(help: "Kaggle's fer2013.csv, plain or packed as .csv.xz: heads too, of its Training rows.") var data:
        String?
    @Option(help: "FER+'s fer2013new.csv: pictures that its voters took for no face are left out.") var votes: String?
    @Option(
        help: ArgumentHelp("Start from the detector in this file, not from chance.", valueName: "file.onnx"),
        completion: .file())
    var start: String?
    @Option(help: "The file to write.", completion: .file()) var out = "detector.onnx"
    @Option(help: "After each the network is written; the last two fifths of them end the run.")
    var epochs = DetectorTraining.Recipe().epochs
    @Option(help: "Steps in an epoch.") var steps = DetectorTraining.Recipe().stepsPerEpoch
    @Option(help: "Scenes in one step, a multiple of 4.") var batch = DetectorTraining.Recipe().batch
    @Option(help: "The largest learning rate of the schedule.") var learningRate = DetectorTraining.Recipe()
        .learningRate
    @Option(help: "How the learning rate changes: \(Schedule.allCases.map(\.rawValue).joined(separator: ", ")).")
    var schedule = DetectorTraining.Recipe().schedule
    @Option(help: "Of all chance.") var seed = DetectorTraining.Recipe().seed
    @Flag(help: "Go on from FILE.checkpoint, if it is there.") var resume = false
    @Option(help: "Workers; all cores that may be used unless given. The result does not depend on it.") var threads:
        Int?
    @OptionGroup var overwriting: OverwritingOptions

    func validate() throws {
        if epochs < 1 { throw ValidationError("--epochs: at least 1, please") }
        if steps < 1 { throw ValidationError("--steps: at least 1, please") }
        if batch < 4 || batch % 4 != 0 { throw ValidationError("--batch: a multiple of 4, please") }
        if !(learningRate > 0) { throw ValidationError("--learning-rate: above 0, please") }
        try checkThreads(threads)
        if votes != nil, data == nil { throw ValidationError("--votes belong to fer2013.csv: name it with --data") }
        for folder in [heads, scenes].compactMap(\.self) + backgrounds where !PictureFolder.isFolder(folder) {
            throw ValidationError("\(folder): is no folder")
        }
    }

    func run() throws {
        let (threads, checkpoint) = (threads ?? coreCount, out + ".checkpoint")
        try overwriting.check(
            [.init(out, .network), .init(checkpoint, .checkpoint)], inputs: [data, votes, start].compactMap(\.self))
        try File.checkIsWritable(out)
        let faces = try data.map {
            try PictureSet(
                fer2013: $0, votes: votes, usage: .training, includingDisputed: true, leavingOutCopies: true)
        }
        let sources = try SceneSources(
            heads: heads, frames: scenes, backgrounds: backgrounds, faces: faces, threads: threads)
        for fault in sources.faults.prefix(20) { tell("left out: \(fault)") }
        if sources.faults.count > 20 { tell("left out: \(sources.faults.count - 20) files more") }
        tell(sources.summary)
        var recipe = DetectorTraining.Recipe()
        (recipe.epochs, recipe.stepsPerEpoch, recipe.batch) = (epochs, steps, batch)
        (recipe.learningRate, recipe.schedule, recipe.seed) = (learningRate, schedule, seed)
        let graph = try start.map { try Model(onnx: File.read($0)).graph }
        let training = try DetectorTraining(recipe, sources: sources, start: graph, threads: threads)
        if resume, try training.resume(from: checkpoint) { tell("going on after epoch \(training.epoch)") }
        while training.epoch < epochs {
            let begin = ContinuousClock.now
            let loss = try training.learn()
            let seconds = Double((ContinuousClock.now - begin).components.seconds) + 1e-3
            let score = try training.score()
            tell(
                "epoch \(training.epoch) of \(epochs): loss \(JSON.decimal(loss, 4)); of kept-back persons' faces "
                    + "\(JSON.decimal(100 * score.recall, 1)) % found, \(score.falseFaces) false in \(score.pictures) scenes, "
                    + "roll \(JSON.decimal(score.rollError, 1)) degrees off; "
                    + "\(JSON.decimal(Double(recipe.stepsPerEpoch * batch) / seconds, 1)) scenes a second")
            try training.save(to: checkpoint)
            try File.replace(out, with: training.model(data: sources.summary).onnx())
        }
    }
}
