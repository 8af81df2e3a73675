public import MienNN
import MienVision

/// Trains the network that says how a face lies to a region: see `Alignment`.
public final class AlignerTraining {
    /// All that decides how it comes out, besides the pictures.
    public struct Recipe: Sendable {
        public var epochs = 30
        public var batch = 64
        /// Adam's, at the peak of one cycle.
        public var learningRate: Float = 2e-3
        /// The share of the pictures kept back to measure by.
        public var validationShare = 0.1
        public var seed: UInt64 = 1

        public init() {}
    }

    /// How well a network does on pictures it hasn't learnt from.
    public struct Score: Sendable {
        /// Mean absolute errors where there is a face: of both offsets in widths of the region, and of the growth.
        public var offsetError = 0.0
        public var growthError = 0.0
        /// The share of faces and of others that are told right, where half or more is a yes.
        public var facesFound = 0.0
        public var othersRefused = 0.0
    }

    private let recipe: Recipe
    private let trainer: Trainer
    private let split: Split
    private let pictures: PictureSet
    public let stepsPerEpoch: Int

    /// Three convolutions that halve the size and one that doesn't: 1.3 million multiply-adds.
    public static let architecture = Architecture(
        name: "aligner",
        text: """
            input 1 \(Alignment.side)x\(Alignment.side)
            conv 16 3x3 pad 1 stride 2 nobias
            bn
            relu
            conv 32 3x3 pad 1 stride 2 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 2 nobias
            bn
            relu
            conv 64 3x3 pad 1 nobias
            bn
            relu
            dense 64
            relu
            dense \(Alignment.answerCount * Alignment.binCount)
            """)

    public init(_ recipe: Recipe, pictures: PictureSet, threads: Int) throws(ModelError) {
        self.recipe = recipe
        self.pictures = pictures
        split = Split(pictures, validationShare: recipe.validationShare, seed: recipe.seed)
        stepsPerEpoch = split.training.count / recipe.batch
        guard stepsPerEpoch > 0 else {
            throw ModelError(.unsupported, "\(split.training.count) pictures are fewer than a batch of \(recipe.batch)")
        }
        var configuration = Trainer.Configuration()
        configuration.batch = recipe.batch
        configuration.threads = threads
        configuration.optimiser = .adam()
        configuration.weightDecay = 0.01
        configuration.averaging = 0.998
        trainer = try Trainer(
            Self.architecture.graph(seed: recipe.seed), configuration,
            loss: .crossEntropy(answers: Alignment.answerCount))
    }

    /// Learns for one epoch, counted from 0; returns the mean loss.
    public func learn(epoch: Int) throws(ModelError) -> Double {
        var order = split.training
        var chance = SplitMix64(recipe.seed, Purpose.order, UInt64(epoch))
        chance.shuffle(&order)
        let samples = AlignmentSamples(pictures: pictures, seed: recipe.seed, epoch: epoch)
        var loss = 0.0
        for step in 0..<stepsPerEpoch {
            let factor = Schedule.oneCycle.factor(
                step: epoch * stepsPerEpoch + step + 1, stepsPerEpoch: stepsPerEpoch, epochs: recipe.epochs)
            let start = step * recipe.batch
            loss += try trainer.step(rate: recipe.learningRate * Float(factor), seed: chance.next()) {
                [order] positions, input, targets in
                for (row, position) in positions.enumerated() {
                    let (inputs, outputs) = (AlignmentSamples.inputCount, AlignmentSamples.targetCount)
                    samples.write(
                        order[start + position],
                        to: UnsafeMutableBufferPointer(rebasing: input[row * inputs..<(row + 1) * inputs]),
                        UnsafeMutableBufferPointer(rebasing: targets[row * outputs..<(row + 1) * outputs]))
                }
            }
        }
        return loss / Double(stepsPerEpoch)
    }

    /// The network as it is now, with what is to be known about it.
    public func model(data: String) -> Model {
        Model(
            graph: trainer.graph(with: trainer.averagedParameters),
            metadata: [
                FacePicture.Normalisation.metadataKey: FacePicture.Normalisation.standard.rawValue,
                "mien.data": data, "mien.seed": "\(recipe.seed)", "mien.epochs": "\(recipe.epochs)",
                "mien.batch": "\(recipe.batch)", "mien.learning_rate": "\(recipe.learningRate)",
            ])
    }

    /// How the network as it is now does on samples of the pictures kept back.
    public func score() throws(ModelError) -> Score {
        let context = try InferenceContext(Network(model(data: "")))
        let samples = AlignmentSamples(pictures: pictures, seed: recipe.seed, epoch: Int(Int32.max))
        var (score, faces, others) = (Score(), 0, 0)
        for index in split.validation {
            let wanted = withUnsafeTemporaryAllocation(of: Float.self, capacity: AlignmentSamples.targetCount) {
                samples.write(index, to: context.input(0), $0)
            }
            try context.run(count: 1)
            let given = Alignment(logits: context.output(0))
            if wanted.faceness > 0 {
                faces += 1
                score.facesFound += given.faceness >= 0.5 ? 1 : 0
                score.offsetError += Double(abs(given.right - wanted.right) + abs(given.down - wanted.down)) / 2
                score.growthError += Double(abs(given.growth - wanted.growth))
            } else {
                others += 1
                score.othersRefused += given.faceness < 0.5 ? 1 : 0
            }
        }
        let (count, rest) = (Double(max(faces, 1)), Double(max(others, 1)))
        score.offsetError /= count
        score.growthError /= count
        score.facesFound /= count
        score.othersRefused /= rest
        return score
    }
}
