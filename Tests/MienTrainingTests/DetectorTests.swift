import Glibc
import MienNN
import MienVision
import Testing

@testable import MienTraining

@Suite("What a detector should say, and how wrong it is")
struct DetectorLossTests {
    private let width = 320
    private let height = 192

    private func targets(_ faces: [SceneMaker.Face]) -> [Float] {
        var targets = [Float](repeating: 9, count: DetectorTargets.count)
        targets.withUnsafeMutableBufferPointer { DetectorTargets.write(faces, to: $0) }
        return targets
    }

    /// Of each stride's cells, the rows of their faces.
    private func cells(_ faces: [SceneMaker.Face]) -> [[Int16]] {
        DetectorCell.strides.map { stride in
            let count = (width / stride) * (height / stride)
            var cells = [Int16](repeating: 7, count: count)
            var free = [Bool](repeating: false, count: count)
            var weights = [Float](repeating: 0, count: SceneMaker.mostFaces + 1)
            targets(faces).withUnsafeBufferPointer { targets in
                cells.withUnsafeMutableBufferPointer { cells in
                    free.withUnsafeMutableBufferPointer { free in
                        weights.withUnsafeMutableBufferPointer { weights in
                            DetectorAssignment.assign(
                                targets, stride: stride, width: width / stride, height: height / stride, cells: cells,
                                isFree: free, weights: weights)
                        }
                    }
                }
            }
            return cells
        }
    }

    @Test("every face has a cell on one or two neighbouring strides, wherever it lies and however large it is")
    func everyFace() {
        var chance = SplitMix64(1)
        for _ in 0..<400 {
            let side = 9 * powf(20, chance.uniform())
            let place = FacePlace(x: 320 * chance.uniform(), y: 192 * chance.uniform(), side: side)
            let has = cells([.init(place: place, kind: .face)]).map { $0.contains(0) }
            #expect(has.contains(true), "\(place)")
            #expect(!(has[0] && has[2]), "\(place)")
        }
    }

    @Test("the inside of a large face is none for the finest stride, and nothing is asked of what nobody knows")
    func insides() {
        let large = SceneMaker.Face(place: FacePlace(x: 160, y: 96, side: 120), kind: .face)
        #expect(cells([large])[0].allSatisfy { $0 == DetectorAssignment.nothing })
        let doubtful = SceneMaker.Face(place: FacePlace(x: 160, y: 96, side: 64), kind: .ignored)
        for level in cells([doubtful]) {
            #expect(level.contains(DetectorAssignment.ignored))
            #expect(!level.contains { $0 >= 0 })
        }
    }

    @Test("of two faces each keeps cells of its own") func neighbours() {
        let faces = [FacePlace(x: 100, y: 90, side: 20), FacePlace(x: 116, y: 92, side: 20)].map {
            SceneMaker.Face(place: $0, kind: .face)
        }
        #expect(Set(cells(faces)[0]).isSuperset(of: [0, 1]))
    }

    /// A network's outputs for one scene.
    private final class Outputs {
        let grids: [DetectorLoss.Grid]
        let values: [UnsafeMutableBufferPointer<Float>]
        let gradients: [UnsafeMutableBufferPointer<Float>]

        init(_ width: Int, _ height: Int) {
            let counts = DetectorCell.strides.map { DetectorCell.channelCount * (width / $0) * (height / $0) }
            let (values, gradients) = (
                counts.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0) },
                counts.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0) }
            )
            values.forEach { $0.initialize(repeating: 0) }
            gradients.forEach { $0.initialize(repeating: 0) }
            (self.values, self.gradients) = (values, gradients)
            grids = DetectorCell.strides.indices.map { index in
                let stride = DetectorCell.strides[index]
                return DetectorLoss.Grid(
                    stride: stride, width: width / stride, height: height / stride,
                    values: UnsafePointer(values[index].baseAddress!), gradient: gradients[index].baseAddress!)
            }
        }

        deinit { (values + gradients).forEach { $0.deallocate() } }

        func loss(_ targets: [Float]) -> (loss: Double, highestFalse: Float) {
            gradients.forEach { $0.update(repeating: 0) }
            return targets.withUnsafeBufferPointer { DetectorLoss.add(grids, targets: $0) }
        }
    }

    @Test("the loss's gradient is its slope") func gradient() {
        var chance = SplitMix64(5)
        let outputs = Outputs(96, 64)
        let kinds: [SceneMaker.Face.Kind] = [.face, .face, .turnedUnknown, .ignored]
        for trial in 0..<6 {
            let faces = kinds.map { kind in
                SceneMaker.Face(
                    place: FacePlace(
                        x: 96 * chance.uniform(), y: 64 * chance.uniform(), side: 9 * powf(9, chance.uniform()),
                        roll: 60 * chance.symmetric()), kind: kind)
            }
            let targets = targets(faces)
            for values in outputs.values { for index in values.indices { values[index] = 1.5 * chance.symmetric() } }
            _ = outputs.loss(targets)
            let gradients = outputs.gradients.map(Array.init)
            for (level, values) in outputs.values.enumerated() {
                for index in values.indices where gradients[level][index] != 0 {
                    // Of all the cells without a face some are enough.
                    if index < values.count / 6, chance.uniform() > 0.2 { continue }
                    let start = values[index]
                    values[index] = start + 1e-3
                    let above = outputs.loss(targets).loss
                    values[index] = start - 1e-3
                    let slope = (above - outputs.loss(targets).loss) / 2e-3
                    values[index] = start
                    let given = Double(gradients[level][index])
                    #expect(abs(slope - given) < 0.001 + 0.02 * abs(given), "trial \(trial), \(level), \(index)")
                }
            }
        }
    }

    @Test("outputs that say what is wanted have hardly any loss, and are decoded to what was wanted") func perfect() {
        let outputs = Outputs(width, height)
        let places = [
            FacePlace(x: 50, y: 60, side: 12, roll: 20), FacePlace(x: 120, y: 60, side: 50, roll: -50),
            FacePlace(x: 230, y: 100, side: 130, roll: 3),
        ]
        let faces = places.map { SceneMaker.Face(place: $0, kind: .face) }
        let assigned = cells(faces)
        for (level, grid) in outputs.grids.enumerated() {
            let count = grid.width * grid.height
            for cell in 0..<count {
                guard assigned[level][cell] >= 0 else {
                    outputs.values[level][cell] = -12
                    continue
                }
                let place = places[Int(assigned[level][cell])]
                let numbers = [
                    12, (place.x - DetectorCell.middle(cell % grid.width, stride: grid.stride)) / Float(grid.stride),
                    (place.y - DetectorCell.middle(cell / grid.width, stride: grid.stride)) / Float(grid.stride),
                    logf(place.side / (DetectorCell.sideInStrides * Float(grid.stride))), cosf(place.roll * .pi / 180),
                    sinf(place.roll * .pi / 180),
                ]
                for (channel, number) in numbers.enumerated() { outputs.values[level][channel * count + cell] = number }
            }
        }
        let result = outputs.loss(targets(faces))
        #expect(result.loss < 1e-3)
        #expect(result.highestFalse < 0.01)
        var decoder = DetectionDecoder()
        var found: [DetectedFace] = []
        decoder.decode(
            outputs.grids.map {
                DetectionDecoder.Output(
                    stride: $0.stride, width: $0.width, height: $0.height,
                    values: UnsafeBufferPointer(start: $0.values, count: 6 * $0.width * $0.height))
            }, into: &found)
        var score = DetectionScore()
        score.add(found, wanted: places)
        #expect(found.count == 3)
        #expect(score.recall == 1 && score.falseFaces == 0 && score.rollError < 0.1)
    }

    @Test("a face that is missed, and one that is none, are counted by their sizes") func scores() {
        var score = DetectionScore()
        let wanted = [FacePlace(x: 50, y: 50, side: 14), FacePlace(x: 100, y: 50, side: 30)]
        func found(_ x: Float, _ side: Float, _ score: Float) -> DetectedFace {
            DetectedFace(place: FacePlace(x: x, y: 50, side: side), score: score)
        }
        score.add(
            [found(101, 40, 0.9), found(150, 20, 0.8), found(10, 20, 0.7)], wanted: wanted,
            ignored: [FacePlace(x: 12, y: 50, side: 18)])
        #expect(score.wanted.reduce(0, +) == 2 && score.found.reduce(0, +) == 1)
        #expect(score.falseFaces == 1)
        #expect(score.recall == 0.5)
    }
}

@Suite("Backgrounds that were taken for faces")
struct HardScenesTests {
    @Test("are shown again, the worst kept, until they are told right") func shown() {
        var hard = HardScenes()
        var chance = SplitMix64(1)
        #expect((0..<50).allSatisfy { _ in hard.choose(&chance) == nil })
        for number in 0..<UInt64(HardScenes.most + 100) {
            hard.note(number, score: HardScenes.threshold + Float(number % 7) / 10)
        }
        #expect(hard.all.count == HardScenes.most)
        #expect(zip(hard.all, hard.all.dropFirst()).allSatisfy { $0.score >= $1.score })
        let chosen = (0..<1000).filter { _ in hard.choose(&chance) != nil }.count
        #expect((150...350).contains(chosen))
        let worst = hard.all[0].number
        hard.note(worst, score: 0)
        #expect(!hard.all.contains { $0.number == worst })
        var other = HardScenes()
        other.words = hard.words
        #expect(other == hard)
    }
}

@Suite("Training the network that finds faces")
struct DetectorTrainingTests {
    private func training(seed: UInt64 = 1, threads: Int = 1, epochs: Int = 4) throws -> DetectorTraining {
        var recipe = DetectorTraining.Recipe()
        (recipe.epochs, recipe.stepsPerEpoch, recipe.batch, recipe.seed) = (epochs, 3, 8, seed)
        (recipe.width, recipe.height, recipe.validationShare) = (96, 64, 0.2)
        return try DetectorTraining(recipe, sources: DrawnHeads.sources(), threads: threads)
    }

    @Test("brings the loss down") func learns() throws {
        let run = try training()
        let losses = try (0..<4).map { _ in try run.learn() }
        #expect(losses[3] < losses[0])
        #expect(run.epoch == 4)
        #expect(try run.score(scenes: 4).pictures == 4)
    }

    @Test("gives the same network for any number of threads, and another for another seed") func threads() throws {
        let models = try [(1, 1), (1, 2), (2, 1)].map { seed, threads in
            let run = try training(seed: UInt64(seed), threads: threads)
            _ = try run.learn()
            return try run.model(data: "drawn").onnx()
        }
        #expect(models[0] == models[1])
        #expect(models[0] != models[2])
    }

    @Test("goes on after a break as if there had been none, and not from another run's checkpoint") func breaks() throws
    {
        let scratch = Scratch()
        let path = scratch.file("detector.checkpoint")
        let whole = try training()
        for _ in 0..<2 { _ = try whole.learn() }
        let first = try training()
        #expect(try !first.resume(from: path))
        _ = try first.learn()
        try first.save(to: path)
        let second = try training()
        #expect(try second.resume(from: path))
        #expect(second.epoch == 1)
        _ = try second.learn()
        #expect(try second.model(data: "").onnx() == whole.model(data: "").onnx())
        let other = try training(seed: 2)
        #expect(throws: DataError.self) { try other.resume(from: path) }
    }

    @Test("keeps persons back, none of whom is on both sides") func split() {
        let sources = DrawnHeads.sources(heads: 20)
        let (training, validation) = DetectorTraining.split(sources, share: 0.2, seed: 1)
        #expect(validation.count == 4 && training.count == 16)
        let persons = [training, validation].map { Set($0.map { sources.heads[$0].person }) }
        #expect(persons[0].isDisjoint(with: persons[1]))
    }
}
