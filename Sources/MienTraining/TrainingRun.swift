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
    ///   - graph: the network before it has learnt anything.
    public init(
        _ recipe: Recipe, _ graph: Graph, pictures: PictureSet, threads: Int
    ) throws(ModelError) {
        self.recipe = recipe
        self.pictures = pictures
        self.threads = threads
        split = Split(pictures, validationShare: recipe.validationShare, seed: recipe.seed)
        validation = pictures.selecting(split.validation)
        counts = (split.training.count, split.validation.count)
        // What is left over at the end of an epoch is left out; another shuffle brings it in the next.
        stepsPerEpoch = split.training.count / recipe.batch
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
        configuration.usesBFloat16 = recipe.usesBFloat16
        trainer = try Trainer(graph, configuration)
        state.run = "\(recipe.text)\ntraining pictures: \(counts.training)\nvalidation pictures: \(counts.validation)"
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
        guard found.run == state.run, found.parameters.count == trainer.layout.count else {
            let (theirs, ours) = (found.run.split(separator: "\n"), state.run.split(separator: "\n"))
            let differing = zip(theirs, ours).first { $0 != $1 }
            let detail = differing.map { "it has \"\($0)\", this run \"\($1)\"" } ?? "it is of another network"
            throw DataError(
                "\(path): it belongs to another run: \(detail); give the same options, or leave out --resume")
        }
        state = found
        trainer.parameters = found.parameters
        trainer.optimiserState = (found.optimiserSteps, found.optimiserState)
        return found.epoch
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
                state.lossSum += try step(order)
                state.step += 1
                report(.step(epoch: state.epoch + 1, done: state.step, loss: state.lossSum / Double(state.step)))
                if isInterrupted() {
                    try write(to: path)
                    return false
                }
            }
            let (evaluation, loss) = try Evaluation.of(
                network(trainer.parameters), pictures: validation, threads: threads)
            let score = EpochScore([
                state.lossSum / Double(stepsPerEpoch), loss, evaluation.accuracy, evaluation.macroRecall,
            ])
            let isBest = score.validationAccuracy > (state.history.map(\.validationAccuracy).max() ?? -1)
            state.history.append(score)
            (state.epoch, state.step, state.lossSum) = (state.epoch + 1, 0, 0)
            if isBest { (state.bestEpoch, state.best) = (state.epoch, trainer.parameters) }
            try write(to: path)
            report(.epoch(state.epoch, score, isBest: isBest))
        }
        return true
    }

    /// The network of the best epoch, with what is to be known about it.
    public func model(name: String, data: String) -> Model {
        var model = network(state.best)
        model.graph.name = name
        model.metadata.merge(
            [
                "mien.data": data, "mien.seed": "\(recipe.seed)", "mien.recipe": recipe.text,
                "mien.epoch": "\(bestEpoch)",
            ]
        ) { $1 }
        if bestEpoch > 0 {
            model.metadata["mien.validation_accuracy"] = Evaluation.fixed(history[bestEpoch - 1].validationAccuracy, 4)
        }
        return model
    }

    /// How the network of the best epoch does on the pictures kept back.
    public func bestEvaluation() throws(ModelError) -> Evaluation {
        try Evaluation.of(network(state.best), pictures: validation, threads: threads).evaluation
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
        var generator = SplitMix64(recipe.seed, Purpose.order, UInt64(epoch))
        generator.shuffle(&order)
        return order
    }

    private func step(_ order: [Int]) throws(ModelError) -> Double {
        let (recipe, pictures, weights, epoch) = (recipe, pictures, weights, state.epoch)
        let start = state.step * recipe.batch
        let progress = Double(state.epoch * stepsPerEpoch + state.step + 1) / Double(recipe.epochs * stepsPerEpoch)
        var chance = SplitMix64(recipe.seed, Purpose.step, UInt64(epoch), UInt64(state.step))
        return try trainer.step(
            rate: recipe.learningRate * Float(recipe.schedule.factor(at: progress)), seed: chance.next()
        ) { positions, input, targets in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FacePicture.pixelCount) { changed in
                for (row, position) in positions.enumerated() {
                    let index = order[start + position]
                    var generator = SplitMix64(recipe.seed, Purpose.augmentation, UInt64(epoch), UInt64(index))
                    pictures.withPicture(index) { recipe.augmentation.apply(to: $0, into: changed, &generator) }
                    let room = (row * FacePicture.pixelCount)..<((row + 1) * FacePicture.pixelCount)
                    FacePicture.normalise(
                        UnsafeBufferPointer(changed), into: UnsafeMutableBufferPointer(rebasing: input[room]),
                        as: recipe.normalisation)
                    let (label, votes) = (pictures.labels[index], pictures.targets[index])
                    let weight = weights[label.rawValue]
                    for expression in MienVision.Expression.allCases {
                        targets[row * MienVision.Expression.allCases.count + expression.rawValue] =
                            weight * (recipe.learnsFromVotes ? votes[expression] : expression == label ? 1 : 0)
                    }
                }
            }
        }
    }
}
