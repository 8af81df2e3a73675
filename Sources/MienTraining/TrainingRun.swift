import Glibc
public import MienNN
import MienVision

/// One run of a recipe over a set of pictures, from its start or from a checkpoint to its end.
public final class TrainingRun {
    public let recipe: Recipe
    /// Of the pictures that are learnt from and of those that are kept back.
    public let counts: (training: Int, validation: Int)
    public var history: [EpochScore] { state.history }
    /// Counts from 1; 0 before the first.
    public var bestEpoch: Int { state.bestEpoch }
    public let stepsPerEpoch: Int

    private let pictures: PictureSet
    private let split: Split
    private let validation: PictureSet
    private let threads: Int
    private let teachers: Teachers?
    private let trainer: Trainer
    /// Of a picture of each class.
    private let weights: [Float]
    private var state = Checkpoint()

    /// What happens on the way. Called on the thread that runs.
    public enum Event {
        /// After each step: the epoch from 1, the steps of it that are done, and the mean loss so far.
        case step(epoch: Int, done: Int, loss: Double)
        /// After each epoch.
        case epoch(Int, EpochScore, isBest: Bool)
    }

    /// - Parameters:
    ///   - pictures: from FER2013's Training part, or a folder; a share of them is kept back as the recipe says.
    ///   - teachers: other networks, whose answers are a share of the targets, as the recipe says: Hinton, Vinyals, Dean:
    ///     Distilling the Knowledge in a Neural Network, 2015.
    ///   - graph: the network as it starts: before it has learnt anything, or with what it has learnt before.
    public init(
        _ recipe: Recipe, _ graph: Graph, pictures: PictureSet, teachers: Teachers? = nil,
        threads: Int
    ) throws(ModelError) {
        self.recipe = recipe
        self.pictures = pictures
        self.threads = threads
        self.teachers = teachers
        split = Split(pictures, validationShare: recipe.validationShare, seed: recipe.seed)
        validation = pictures.selecting(split.validation)
        counts = (split.training.count, split.validation.count)
        // What is left over at the end of an epoch is left out; another shuffle brings it in the next.
        stepsPerEpoch = split.training.count / max(recipe.batch, 1)
        guard counts.validation > 0 else {
            throw ModelError(
                .unsupported,
                "of \(pictures.count) pictures none can be kept back to choose the best epoch by (copies of one stay "
                    + "together); give more, or keep back a larger share")
        }
        guard stepsPerEpoch > 0 else {
            throw ModelError(
                .unsupported, "\(split.training.count) pictures to learn from are fewer than a batch of \(recipe.batch)"
            )
        }
        weights = Self.weights(of: pictures.selecting(split.training).countByLabel, balance: recipe.balance)
        var configuration = Trainer.Configuration()
        configuration.batch = recipe.batch
        configuration.shard = Recipe.shard
        configuration.threads = threads
        configuration.optimiser = recipe.optimiser
        configuration.weightDecay = recipe.weightDecay
        configuration.largestGradient = recipe.largestGradient
        configuration.averaging = recipe.averaging
        configuration.sharpness = recipe.sharpness
        configuration.usesBFloat16 = recipe.usesBFloat16
        trainer = try Trainer(graph, configuration)
        guard graph.input.shape.dropFirst() == [1, FacePicture.side, FacePicture.side],
            trainer.targetCount == MienVision.Expression.allCases.count, graph.nodes.last?.operation == "Softmax"
        else {
            throw ModelError(.unsupported, "\(graph.name): this network can't be trained: \(StartingNetwork.demand)")
        }
        state.run = """
            \(recipe.text)
            training pictures: \(counts.training)
            validation pictures: \(counts.validation)
            data: \(String(pictures.fingerprint, radix: 16))
            """
    }

    /// The weight of a picture of each class: its share of the pictures to the power of -`balance`, on average 1.
    package static func weights(of counts: [Int], balance: Double) -> [Float] {
        let total = Double(counts.reduce(0, +))
        // A class without pictures has no say, whatever its weight.
        let raw = counts.map { pow(Double(max($0, 1)) / total, -balance) }
        let mean = zip(counts, raw).reduce(0) { $0 + Double($1.0) * $1.1 } / total
        return raw.map { Float($0 / mean) }
    }

    /// Goes on from the checkpoint at `path`, if there is one.
    ///
    /// - Returns: the epochs that are done already.
    public func resume(from path: String) throws(DataError) -> Int {
        guard let found = try Checkpoint.read(path) else { return 0 }
        if let difference = difference(to: found) {
            throw DataError(
                "\(path): it belongs to another run: \(difference); give the same options, or leave out --resume")
        }
        let run = state.run
        state = found
        state.run = run
        trainer.parameters = found.parameters
        trainer.optimiserState = (found.optimiserSteps, found.optimiserState)
        return found.epoch
    }

    /// What makes a checkpoint another run's. Its number of epochs may differ where the schedule hasn't come to that.
    private func difference(to found: Checkpoint) -> String? {
        guard found.parameters.count == trainer.layout.count,
            found.optimiserState.count == trainer.optimiserState.arrays.count
        else { return "it is of another network" }
        guard found.epoch <= recipe.epochs else {
            return "it has done \(found.epoch) epochs, and this run is of \(recipe.epochs)"
        }
        let (theirs, ours) = (Self.facts(found.run), Self.facts(state.run))
        // In the order that this run has them, then what only the other has.
        let keys = ours.map(\.key) + theirs.map(\.key).filter { key in !ours.contains { $0.key == key } }
        for key in keys {
            let (their, our) = (theirs.first { $0.key == key }?.value, ours.first { $0.key == key }?.value)
            if their == our { continue }
            if key == "epochs", let epochs = their.flatMap({ Int($0) }),
                recipe.schedule.isSame(
                    until: found.epoch + (found.step > 0 ? 1 : 0), of: epochs, as: recipe.epochs)
            {
                continue
            }
            func said(_ value: String?) -> String { value.map { "\"\(key): \($0)\"" } ?? "no \(key)" }
            return "it has \(said(their)), this run \(said(our))"
        }
        return nil
    }

    /// The lines of a run's text.
    private static func facts(_ text: String) -> [(key: String, value: String)] {
        text.split(separator: "\n").map { line in
            let key = line.prefix { $0 != ":" }
            return (String(key), String(line.dropFirst(key.count + 2)))
        }
    }

    /// Learns until the recipe's last epoch.
    ///
    /// - Parameters:
    ///   - checkpoint: written after each epoch, and when interrupted.
    ///   - isInterrupted: asked after each step.
    /// - Returns: whether the run is complete; false: interrupted, and the checkpoint holds all that is done.
    public func run(
        checkpoint path: String, isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
    ) throws -> Bool {
        while state.epoch < recipe.epochs {
            let order = order(ofEpoch: state.epoch)
            while state.step < stepsPerEpoch {
                let loss = try step(order)
                guard loss < Self.largestLoss else { throw divergence }
                state.lossSum += loss
                state.step += 1
                report(.step(epoch: state.epoch + 1, done: state.step, loss: state.lossSum / Double(state.step)))
                if isInterrupted() {
                    try write(to: path)
                    return false
                }
            }
            let parameters = trainer.averagedParameters
            let (evaluation, loss) = try evaluate(parameters)
            let score = EpochScore([
                state.lossSum / Double(stepsPerEpoch), loss, evaluation.accuracy, evaluation.macroRecall,
            ])
            // By the loss: the accuracy of some thousand pictures is off by nearly a point by chance.
            let isBest = score.validationLoss < (state.history.map(\.validationLoss).min() ?? .infinity)
            state.history.append(score)
            (state.epoch, state.step, state.lossSum) = (state.epoch + 1, 0, 0)
            if isBest { (state.bestEpoch, state.best) = (state.epoch, parameters) }
            try write(to: path)
            report(.epoch(state.epoch, score, isBest: isBest))
        }
        return true
    }

    /// Above this nothing is learnt any more: one class in six, guessed, costs less than 2.
    private static let largestLoss = 1e4

    /// How the network of these parameters does on the pictures kept back.
    private func evaluate(_ parameters: [Float]) throws(ModelError) -> (evaluation: Evaluation, loss: Double) {
        do throws(ModelError) {
            let result = try Evaluation.of(network(parameters), pictures: validation, threads: threads)
            if result.loss < Self.largestLoss { return result }
        } catch {
            // Some that have grown so much give no numbers any more.
            guard !parameters.allSatisfy({ abs($0) < Self.largestParameter }) else { throw error }
        }
        throw divergence
    }

    /// Beyond this a few products are no numbers any more.
    private static let largestParameter: Float = 1e9

    private var divergence: ModelError {
        ModelError(
            .invalid, "the loss has grown beyond all bounds in epoch \(state.epoch + 1); choose a lower learning rate")
    }

    /// The network of the best epoch, calibrated on the pictures kept back, with what is to be known about it.
    public func model(name: String, data: String) throws(ModelError) -> Model {
        var model = try calibratedBest()
        model.graph.name = name
        model.metadata.merge(
            [
                "mien.data": data, "mien.seed": "\(recipe.seed)", "mien.recipe": recipe.text,
                "mien.epoch": "\(bestEpoch)", EpochScore.metadataKey: EpochScore.text(history),
                "mien.validation_accuracy": Evaluation.fixed(try bestEvaluation().accuracy, 4),
            ]
        ) { $1 }
        return model
    }

    /// How that network does on the pictures kept back, on which it was calibrated.
    public func bestEvaluation() throws(ModelError) -> Evaluation {
        try Evaluation.of(calibratedBest(), pictures: validation, threads: threads).evaluation
    }

    private func calibratedBest() throws(ModelError) -> Model {
        let model = network(state.best)
        let answers = try Evaluation.answers(of: model, to: validation, threads: threads)
        return model.calibrated(Calibration(answers: answers, labels: validation.labels, weights: weights)) ?? model
    }

    /// With what is needed to run it, and no more.
    private func network(_ parameters: [Float]) -> Model {
        Model(
            graph: trainer.graph(with: parameters),
            metadata: [
                "mien.classes": MienVision.Expression.allCases.map(\.name).joined(separator: ","),
                FacePicture.Normalisation.metadataKey: recipe.normalisation.rawValue,
            ])
    }

    /// Numbers that are learnt.
    public var parameterCount: Int { trainer.layout.learntCount }

    private func write(to path: String) throws(DataError) {
        state.parameters = trainer.parameters
        (state.optimiserSteps, state.optimiserState) = trainer.optimiserState
        try state.write(to: path)
    }

    private func order(ofEpoch epoch: Int) -> [Int] {
        var order = split.training
        var generator = SplitMix64(recipe.chance, Purpose.order, UInt64(epoch))
        generator.shuffle(&order)
        return order
    }

    private func step(_ order: [Int]) throws(ModelError) -> Double {
        let (recipe, teachers) = (recipe, teachers)
        let (samples, start) = (samples(ofEpoch: state.epoch), state.step * recipe.batch)
        let factor = recipe.schedule.factor(
            step: state.epoch * stepsPerEpoch + state.step + 1, stepsPerEpoch: stepsPerEpoch, epochs: recipe.epochs)
        var chance = SplitMix64(recipe.chance, Purpose.step, UInt64(state.epoch), UInt64(state.step))
        return try trainer.step(rate: recipe.learningRate * Float(factor), seed: chance.next()) {
            positions, input, targets throws(ModelError) in
            for (row, position) in positions.enumerated() {
                let index = order[start + position]
                let other = order[start + (position + recipe.batch / 2) % recipe.batch]
                let picture = UnsafeMutableBufferPointer(rebasing: input[Samples.inputRange(row)])
                let target = UnsafeMutableBufferPointer(rebasing: targets[Samples.targetRange(row)])
                samples.write(index, mixedWith: other, to: picture, target)
                try teachers?.teach(
                    picture, target, share: recipe.teaching,
                    SplitMix64(recipe.chance, Purpose.teaching, UInt64(samples.epoch), UInt64(index)))
            }
        }
    }

    private func samples(ofEpoch epoch: Int) -> Samples {
        Samples(recipe: recipe, pictures: pictures, weights: weights, epoch: epoch)
    }
}
