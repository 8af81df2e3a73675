public import ArgumentParser
public import MienNN
import MienTraining
import MienVision

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network on labelled faces and writes it as an ONNX file.",
        discussion: """
            Learns from the Training rows of FER2013 alone, or from all pictures of a folder; a part of these is kept back \
            to choose the best epoch by. Rows of FER2013 whose picture is also in another part are left out, so that the \
            other parts stay fit for testing.
            Ctrl-C writes a checkpoint; --resume goes on from there as if there had been no break.
            """)

    @OptionGroup var source: DataOptions
    @Option(
        help:
            "A built-in network (\(Architecture.builtIn.map(\.name).joined(separator: ", "))) or a file that describes one; \(Recipe().architecture) unless given.",
        completion: .file())
    var architecture: String?
    @Option(
        help: ArgumentHelp(
            "Start from the network in this file (mien: the one in the program), not from chance: to learn on, or to "
                + "learn from pictures of your own. With --architecture it gets the residual blocks that it lacks.",
            valueName: "file.onnx"),
        completion: .file())
    var start: String?
    @Option(help: "The network's name; the architecture's unless given.") var name: String?
    @Option(help: "The file to write; FILE.checkpoint stands beside it.", completion: .file()) var out = "model.onnx"
    @Option(help: "Times that all pictures are seen.") var epochs = Recipe().epochs
    @Option(help: "Pictures in one step, a multiple of 16.") var batch = Recipe().batch
    @Option(help: "The largest learning rate of the schedule; 0.001 for adam and 0.02 for sgd unless given.")
    var learningRate: Float?
    @Option(help: "adam or sgd (with momentum 0.9).") var optimizer = OptimizerName.adam
    @Option(help: "How the learning rate changes: \(Schedule.allCases.map(\.rawValue).joined(separator: ", ")).")
    var schedule = Recipe().schedule
    @Option(help: "The share of each weight that is taken away in a step at a learning rate of 1.")
    var weightDecay = Recipe().weightDecay
    @Option(
        help:
            "Learn from the votes as shares, also where none has a majority, or from the one label that they give: votes or labels."
    )
    var targets = Targets.votes
    @Option(help: "How far rare classes weigh more, from 0 (every picture the same) to 1 (every class the same).")
    var balance = Recipe().balance
    @Option(
        help:
            "How pixels become numbers: standard (zero mean and unit variance in each picture; this unless given), unit (0 to 1), symmetric (-1 to 1), raw."
    )
    var normalisation: FacePicture.Normalisation?
    @Flag(inversion: .prefixedNo, help: "Mirror every other picture.") var flip = true
    @Option(help: "Move pictures by up to so many pixels.") var shift = Augmentation().largestShift
    @Option(help: "Turn pictures by up to so many degrees.") var rotation = Augmentation().rotation
    @Option(help: "Magnify or reduce pictures by up to this share.") var scale = Augmentation().scale
    @Option(help: "Shear pictures by up to this share.") var shear = Augmentation().shear
    @Option(help: "Vary the light, from 0 (not at all) to 1 (by a factor of two).") var lighting = Augmentation()
        .lighting
    @Option(help: "The share of pictures to blur or coarsen and to add noise to.")
    var degradation = Augmentation().degradation
    @Option(help: "The share of pictures to cover a part of.") var erasing = Augmentation().erasing
    @Option(help: "Mix pictures in pairs, by shares of a beta distribution of this parameter.")
    var mixup = Recipe().mixing
    @Option(help: "Keep a moving average of the network, of which each step leaves this share, such as 0.998.")
    var averaging = Recipe().averaging
    @Option(help: "Shorten gradients that are longer than this.") var clipGradient: Float?
    @Option(
        help: """
            Learn from the gradient so far up the slope, such as 0.05 (sharpness-aware minimization); up to twice the time.
            """)
    var sharpness = Recipe().sharpness
    @Option(help: "Give this share of each target to all six alike.") var labelSmoothing = Recipe().smoothing
    @Option(
        help: ArgumentHelp(
            "A network to learn from too (mien: the one in the program); may be given several times. It should have kept "
                + "back the same pictures: same data, --validation and --seed.", valueName: "file.onnx"),
        completion: .file())
    var teacher: [String] = []
    @Option(help: "The share of each target that is the teachers' mean answer; 0.5 unless given.")
    var teacherWeight: Float?
    @Option(help: "The share of the pictures that is kept back to choose the best epoch by.")
    var validation = Recipe().validationShare
    @Option(help: "Of all chance: the same seed gives the same network.") var seed: UInt64 = Recipe().seed
    @Flag(help: "Compute in bfloat16, which newer CPUs do twice as fast.") var bfloat16 = false
    @Flag(help: "Go on from FILE.checkpoint, if it is there.") var resume = false
    @OptionGroup var overwriting: OverwritingOptions
    @Option(help: "Workers; all cores that may be used unless given. The result does not depend on it.") var threads:
        Int?

    enum OptimizerName: String, ExpressibleByArgument { case adam, sgd }
    enum Targets: String, ExpressibleByArgument { case votes, labels }

    func run() throws {
        var recipe = try recipe()
        try overwriting.check(
            [.init(out, .network), .init(out + ".checkpoint", .checkpoint)],
            inputs: source.files + teacher + [start, architecture].compactMap(\.self))
        try File.checkIsWritable(out)
        let graph = try graph(&recipe)
        let teachers = try teacher.isEmpty ? nil : Teachers(teacher, normalisation: recipe.normalisation)
        recipe.teachers = teachers?.names ?? []
        let pictures =
            try source.isFolder
            ? source.pictures(threads: threads ?? coreCount)
            : PictureSet(
                fer2013: source.data, votes: source.votes, usage: .training, includingDisputed: recipe.learnsFromVotes,
                leavingOutCopies: true)
        let run = try TrainingRun(
            recipe, graph, pictures: pictures, teachers: teachers, threads: threads ?? coreCount)
        let display = ProgressDisplay(epochs: epochs, stepsPerEpoch: run.stepsPerEpoch, batch: batch)
        display.say(
            "\(pictures.count) pictures (\(pictures.countByLabel.labelled)): "
                + "\(run.counts.training) to learn from, \(run.counts.validation) to choose by; "
                + "\(run.parameterCount) parameters")
        let data =
            source.isFolder
            ? "a folder of \(pictures.count) pictures\(source.detect ? ", faces as detected" : "")"
            : source.votes == nil ? "FER2013 Training" : "FER2013 Training, FER+ votes"
        for file in teacher + [start].compactMap(\.self) {
            let fault = try KeptBack(network: file)?.fault(beside: KeptBack(recipe, of: data))
            if let fault { display.say("\(file): \(fault)") }
        }
        let checkpoint = out + ".checkpoint"
        if resume {
            let done = try run.resume(from: checkpoint)
            display.say(done > 0 ? "going on after epoch \(done)" : "no finished epoch to go on from")
        }
        catchSignals()
        let isComplete = try run.run(
            checkpoint: checkpoint, isInterrupted: { stopFlag.isSet },
            report: display.show)
        guard isComplete else {
            display.say("interrupted; the same command with --resume goes on from \(checkpoint)")
            throw ExitCode(signalStatus ?? 1)
        }
        let model = try run.model(name: name ?? graph.name, data: data)
        try File.replace(out, with: model.onnx())
        display.say("\(out): epoch \(run.bestEpoch), the best on the pictures kept back")
        print(try run.bestEvaluation().table(model: "\(model.name), pictures kept back"))
    }

    /// The network before the first step. The recipe gets its name, and not where its file lies.
    private func graph(_ recipe: inout Recipe) throws -> Graph {
        guard let start else {
            let architecture = try Architecture(named: architecture ?? recipe.architecture, file: File.read)
            recipe.architecture = architecture.identity
            return try architecture.graph(seed: seed)
        }
        let network = try StartingNetwork(start)
        guard normalisation ?? network.normalisation == network.normalisation else {
            throw ValidationError(
                "--normalisation: \(start) has learnt with \(network.normalisation.rawValue), so leave it out")
        }
        (recipe.architecture, recipe.start) = (network.graph.name, network.name)
        recipe.normalisation = network.normalisation
        guard let architecture else { return network.graph }
        let larger = try Architecture(named: architecture, file: File.read)
        recipe.architecture = larger.identity
        return try network.grown(to: larger.graph(seed: seed))
    }

    /// More than anybody means: years of computing.
    private static let mostEpochs = 1_000_000

    private func recipe() throws -> Recipe {
        var recipe = Recipe()
        recipe.epochs = epochs
        recipe.batch = batch
        recipe.optimiser = optimizer == .adam ? .adam() : .sgd()
        recipe.learningRate = learningRate ?? (optimizer == .adam ? 1e-3 : 0.02)
        recipe.schedule = schedule
        recipe.weightDecay = weightDecay
        recipe.augmentation.flips = flip
        recipe.augmentation.largestShift = shift
        recipe.augmentation.rotation = rotation
        recipe.augmentation.scale = scale
        recipe.augmentation.shear = shear
        recipe.augmentation.lighting = lighting
        recipe.augmentation.degradation = degradation
        recipe.augmentation.erasing = erasing
        recipe.mixing = mixup
        recipe.averaging = averaging
        recipe.validationShare = validation
        recipe.largestGradient = clipGradient ?? .infinity
        recipe.sharpness = sharpness
        recipe.smoothing = labelSmoothing
        if !teacher.isEmpty { recipe.teaching = teacherWeight ?? 0.5 }
        if let clipGradient, !(clipGradient > 0) { throw ValidationError("--clip-gradient must be above 0") }
        if teacher.isEmpty, teacherWeight != nil { throw ValidationError("--teacher-weight needs --teacher") }
        recipe.learnsFromVotes = targets == .votes
        recipe.balance = balance
        recipe.normalisation = normalisation ?? recipe.normalisation
        recipe.seed = seed
        recipe.usesBFloat16 = bfloat16
        guard FacePicture.Normalisation.plain.contains(recipe.normalisation) else {
            throw ValidationError(
                "--normalisation must be \(FacePicture.Normalisation.plain.map(\.rawValue).joined(separator: ", "))")
        }
        try checkThreads(threads)
        guard (1...Self.mostEpochs).contains(epochs), shift >= 0, shift < FacePicture.side, recipe.learningRate > 0,
            (0...1).contains(balance), sharpness >= 0, sharpness < .infinity
        else {
            throw ValidationError(
                "--epochs must be from 1 to \(Self.mostEpochs), --learning-rate above 0, --shift below \(FacePicture.side), "
                    + "--balance from 0 to 1, --sharpness at least 0")
        }
        guard batch > 0, batch % 16 == 0 else {
            throw ValidationError("--batch must be a multiple of 16, not \(batch)")
        }
        guard name?.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) ?? true else {
            throw ValidationError("--name: without control characters, please")
        }
        guard out != "-" else { throw ValidationError("--out: a network goes to a file; name one, such as model.onnx") }
        let shares = [
            ("--scale", scale), ("--shear", shear), ("--lighting", lighting), ("--degradation", degradation),
            ("--erasing", erasing), ("--mixup", mixup), ("--averaging", averaging), ("--validation", Float(validation)),
            ("--label-smoothing", labelSmoothing), ("--teacher-weight", teacherWeight ?? 1),
        ]
        if let (option, share) = shares.first(where: { !(0...1).contains($0.1) }) {
            throw ValidationError("\(option) must be from 0 to 1, not \(share)")
        }
        guard (0...180).contains(rotation), averaging < 1, validation > 0, validation < 1, scale < 1 else {
            throw ValidationError(
                "--rotation must be from 0 to 180, --scale and --averaging below 1, --validation between 0 and 1")
        }
        return recipe
    }
}

extension Schedule: ExpressibleByArgument {}

extension [Int] {
    /// A figure for each class: "angry 12, fear 3, ...".
    var labelled: String {
        zip(MienVision.Expression.allCases, self).map { "\($0.name) \($1)" }.joined(separator: ", ")
    }
}
