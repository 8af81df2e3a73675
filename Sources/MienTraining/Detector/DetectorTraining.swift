public import MienNN
import MienVision

/// Trains the network that finds faces: see `DetectorCell` for what it says.
public final class DetectorTraining {
    /// All that decides how it comes out, besides the pictures.
    public struct Recipe: Sendable {
        /// Of `stepsPerEpoch` steps; scenes are made anew for each step, so that none comes twice.
        public var epochs = 100
        public var stepsPerEpoch = 200
        /// Scenes in a step.
        public var batch = 16
        /// Adam's, at the peak.
        public var learningRate: Float = 2e-3
        public var schedule = Schedule.trapezoid
        /// Of the scenes, in pixels: multiples of 32.
        public var width = 320
        public var height = 192
        /// The share of the persons whose heads are kept back to measure by.
        public var validationShare = 0.05
        public var seed: UInt64 = 1

        public init() {}

        /// All but the epochs, which a run may get more of.
        var text: String {
            "detector, \(stepsPerEpoch) steps of \(batch) scenes of \(width)x\(height), rate \(learningRate), "
                + "\(schedule.rawValue), validation \(validationShare), seed \(seed)"
        }
    }

    private let recipe: Recipe
    private let trainer: Trainer
    private let scenes: SceneMaker
    private let keptBack: SceneMaker
    private let sources: SceneSources
    private let scratch: SceneScratch
    private var hard = HardScenes()
    /// Epochs that are done.
    public private(set) var epoch = 0

    /// - Parameter start: a detector's graph to go on from; nil: from chance.
    public init(
        _ recipe: Recipe, sources: SceneSources, start: Graph? = nil, threads: Int
    ) throws(ModelError) {
        guard recipe.width % 32 == 0, recipe.height % 32 == 0, recipe.batch % Self.shard == 0 else {
            throw ModelError(
                .unsupported, "scenes are multiples of 32 pixels wide and high, and batches of \(Self.shard) scenes")
        }
        (self.recipe, self.sources) = (recipe, sources)
        let (training, validation) = Self.split(sources, share: recipe.validationShare, seed: recipe.seed)
        func maker(_ heads: [Int], seed: UInt64) -> SceneMaker {
            SceneMaker(sources: sources, width: recipe.width, height: recipe.height, seed: seed, heads: heads)
        }
        scenes = maker(training, seed: recipe.seed)
        keptBack = maker(validation, seed: ~recipe.seed)
        let scratch = SceneScratch(scenes: recipe.batch)
        self.scratch = scratch
        var configuration = Trainer.Configuration()
        (configuration.batch, configuration.shard, configuration.threads) = (recipe.batch, Self.shard, threads)
        configuration.optimiser = .adam()
        configuration.weightDecay = 0.01
        configuration.largestGradient = 10
        configuration.averaging = 0.999
        let fresh = try Self.untrained(seed: recipe.seed)
        let graph = (start ?? fresh).withPictureSize(height: recipe.height, width: recipe.width)
        let loss = Trainer.Loss(targetCount: DetectorTargets.count) { positions, outputs, targets in
            Self.loss(positions, outputs, targets, height: recipe.height, scratch)
        }
        trainer = try Trainer(graph, configuration, loss: loss)
    }

    /// Scenes that a worker takes at a time: their values fit into its caches.
    private static let shard = 4

    /// As the architecture is, but it starts with the belief that hardly any cell is a face: else the first steps would
    /// only teach it that.
    static func untrained(seed: UInt64) throws(ModelError) -> Graph {
        var graph = try Architecture.detector.graph(seed: seed)
        for output in graph.outputs {
            guard let node = graph.nodes.first(where: { $0.outputs.first == output.name }), node.inputs.count > 2
            else { continue }
            graph.tensors[node.inputs[2]]?.values[0] = -4
        }
        return graph
    }

    /// By persons, so that none is on both sides. Heads of unknown persons are learnt from.
    static func split(
        _ sources: SceneSources, share: Double, seed: UInt64
    ) -> (training: [Int], validation: [Int]) {
        var persons = Array(Set(sources.heads.map(\.person)).subtracting([-1])).sorted()
        var chance = SplitMix64(seed, Purpose.split)
        chance.shuffle(&persons)
        let keptBack = Set(persons.prefix(Int((Double(persons.count) * share).rounded())))
        let indices = sources.heads.indices
        return (
            indices.filter { !keptBack.contains(sources.heads[$0].person) },
            indices.filter { keptBack.contains(sources.heads[$0].person) }
        )
    }

    private static func loss(
        _ positions: Range<Int>, _ outputs: [Trainer.Output], _ targets: UnsafeBufferPointer<Float>, height: Int,
        _ scratch: SceneScratch
    ) -> Double {
        var sum = 0.0
        for (picture, position) in positions.enumerated() {
            var grids: [DetectorLoss.Grid] = []
            for output in outputs {
                let (rows, columns) = (output.shape[2], output.shape[3])
                let start = picture * DetectorCell.channelCount * rows * columns
                guard let values = output.values.baseAddress, let gradient = output.gradient.baseAddress else {
                    continue
                }
                grids.append(
                    DetectorLoss.Grid(
                        stride: height / rows, width: columns, height: rows, values: values + start,
                        gradient: gradient + start))
            }
            let own = picture * DetectorTargets.count..<(picture + 1) * DetectorTargets.count
            let (loss, highest) = DetectorLoss.add(grids, targets: UnsafeBufferPointer(rebasing: targets[own]))
            scratch.highestFalse[position] = highest
            sum += loss
        }
        return sum
    }

    // MARK: Learning

    /// Learns for one epoch; returns the mean loss. `step` is called after each step with how many are done.
    public func learn(_ stepDone: (Int) -> Void = { _ in }) throws(ModelError) -> Double {
        var sum = 0.0
        for step in 0..<recipe.stepsPerEpoch {
            sum += try learnStep(epoch * recipe.stepsPerEpoch + step)
            stepDone(step + 1)
        }
        epoch += 1
        return sum / Double(recipe.stepsPerEpoch)
    }

    private func learnStep(_ step: Int) throws(ModelError) -> Double {
        let factor = recipe.schedule.factor(
            step: step + 1, stepsPerEpoch: recipe.stepsPerEpoch, epochs: recipe.epochs)
        var chance = SplitMix64(recipe.seed, Purpose.step, UInt64(step))
        let numbers = (0..<recipe.batch).map { position in
            let fresh = UInt64(step * recipe.batch + position)
            return SceneMaker.Number(content: fresh, background: hard.choose(&chance) ?? fresh)
        }
        let loss = try trainer.step(
            rate: recipe.learningRate * Float(factor), seed: chance.next(),
            fill: Self.fill(scenes, numbers, scratch))
        for (position, number) in numbers.enumerated() {
            hard.note(number.background, score: scratch.highestFalse[position])
        }
        return loss
    }

    /// Writes scenes and what should be said of them.
    private static func fill(
        _ scenes: SceneMaker, _ numbers: [SceneMaker.Number], _ scratch: SceneScratch
    ) -> Trainer.Fill {
        { positions, input, targets in
            let count = scenes.width * scenes.height
            withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { room in
                var faces: [SceneMaker.Face] = []
                for (row, position) in positions.enumerated() {
                    let pixels = UnsafeMutableBufferPointer(rebasing: input[row * count..<(row + 1) * count])
                    scenes.paint(numbers[position], into: pixels, room: room, faces: &faces)
                    for index in pixels.indices { pixels[index] = pixels[index] * (1 / 127.5) - 1 }
                    let own = row * DetectorTargets.count..<(row + 1) * DetectorTargets.count
                    DetectorTargets.write(faces, to: UnsafeMutableBufferPointer(rebasing: targets[own]))
                }
            }
        }
    }

    // MARK: Measuring

    /// How the network as it is now does on scenes with the persons kept back, always the same ones.
    public func score(scenes count: Int = 200, lowestScore: Float = 0.5) throws(ModelError) -> DetectionScore {
        var runner = try DetectorRunner(model(data: ""), lowestScore: lowestScore)
        var score = DetectionScore()
        let (width, height) = (keptBack.width, keptBack.height)
        var faces: [SceneMaker.Face] = []
        let buffers = (0..<2).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: width * height) }
        defer { buffers.forEach { $0.deallocate() } }
        for number in 0..<UInt64(count) {
            keptBack.paint(
                SceneMaker.Number(content: number, background: number), into: buffers[0], room: buffers[1],
                faces: &faces)
            let found = try runner.find(buffers[0], width: width, height: height)
            score.add(
                found, wanted: faces.filter { $0.kind != .ignored }.map(\.place),
                ignored: faces.filter { $0.kind == .ignored }.map(\.place))
        }
        return score
    }

    /// The network as it is now, for pictures of any size, with what is to be known about it.
    public func model(data: String) -> Model {
        Model(
            graph: trainer.graph(with: trainer.averagedParameters).withPictureSize(height: nil, width: nil),
            metadata: [
                FacePicture.Normalisation.metadataKey: FacePicture.Normalisation.symmetric.rawValue,
                "mien.data": data, "mien.recipe": recipe.text, "mien.epochs": "\(epoch) of \(recipe.epochs)",
            ])
    }

    // MARK: Breaks

    /// Recipe and pictures: a checkpoint of others is refused.
    private var identity: String { "\(recipe.text); pictures \(sources.fingerprint)" }

    /// Keeps all that is needed to go on in `path`.
    public func save(to path: String) throws(DataError) {
        var checkpoint = Checkpoint()
        checkpoint.run = "\(identity); epochs \(recipe.epochs)"
        checkpoint.step = epoch
        checkpoint.parameters = trainer.parameters
        (checkpoint.optimiserSteps, checkpoint.optimiserState) = trainer.optimiserState
        checkpoint.remembered = hard.words
        try checkpoint.write(to: path)
    }

    /// Goes on from the checkpoint in `path`; false where there is none.
    public func resume(from path: String) throws(DataError) -> Bool {
        guard let checkpoint = try Checkpoint.read(path) else { return false }
        guard let split = checkpoint.run.range(ofLast: "; epochs "), checkpoint.run[..<split.lowerBound] == identity,
            checkpoint.parameters.count == trainer.parameters.count,
            let epochs = Int(checkpoint.run[split.upperBound...]),
            recipe.schedule.isSame(until: checkpoint.step, of: epochs, as: recipe.epochs)
        else {
            throw DataError(
                "\(path): it is another run's checkpoint (\(checkpoint.run)); remove it to start afresh, or name another file"
            )
        }
        trainer.parameters = checkpoint.parameters
        trainer.optimiserState = (checkpoint.optimiserSteps, checkpoint.optimiserState)
        hard.words = checkpoint.remembered
        epoch = checkpoint.step
        return true
    }
}

/// What workers leave behind for the step: each position has its own place.
final class SceneScratch: @unchecked Sendable {  // safe: a position belongs to one worker until the step is over
    let highestFalse: UnsafeMutableBufferPointer<Float>

    init(scenes: Int) {
        highestFalse = .allocate(capacity: scenes)
        highestFalse.initialize(repeating: 0)
    }

    deinit { highestFalse.deallocate() }
}

extension StringProtocol {
    /// The last place where `text` stands.
    fileprivate func range(ofLast text: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
        }
        return nil
    }
}
