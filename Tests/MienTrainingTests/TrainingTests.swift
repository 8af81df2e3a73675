import Glibc
import MienNN
import MienTraining
import MienVision
import Testing

@Suite("Training") struct TrainingTests {
    private let scratch = Scratch()
    private static let pictures = PictureSet.bars(each: 20)

    private var recipe: Recipe {
        var recipe = Recipe()
        recipe.epochs = 4
        recipe.batch = 32
        recipe.augmentation.largestShift = 1
        recipe.learningRate = 0.01
        return recipe
    }

    private func graph(_ seed: UInt64 = 1) throws -> Graph {
        try Architecture(
            name: "small",
            text: "input 1 48x48\nconv 6 5x5 stride 3\nbn\nrelu\nmaxpool 3x3 stride 3\ndropout 0.1\ndense 6\nsoftmax"
        ).graph(seed: seed)
    }

    private func training(_ recipe: Recipe, threads: Int = 1) throws -> TrainingRun {
        try TrainingRun(recipe, graph(), pictures: Self.pictures, threads: threads)
    }

    @Test("finds the pattern in pictures that were kept back") func learns() throws {
        let run = try training(recipe)
        #expect(run.counts.validation == 24)
        #expect(try run.run(checkpoint: scratch.file("a")))
        #expect(run.history.count == 4)
        #expect(try run.bestEvaluation().accuracy > 0.9)
    }

    @Test("gives the same network for any number of threads, and another for another seed") func threads() throws {
        let models = try [1, 2].map { threads in
            let run = try training(recipe, threads: threads)
            _ = try run.run(checkpoint: scratch.file("a"))
            return try run.model(name: "small", data: "bars").onnx()
        }
        #expect(models[0] == models[1])
        var other = recipe
        other.seed = 2
        let run = try training(other)
        _ = try run.run(checkpoint: scratch.file("a"))
        #expect(try run.model(name: "small", data: "bars").onnx() != models[0])
    }

    @Test("goes on from a checkpoint as if there had been no break", arguments: [1, 2, 3, 4, 8]) func resumes(
        _ steps: Int
    ) throws {
        let whole = try training(recipe)
        _ = try whole.run(checkpoint: scratch.file("whole"))

        let path = scratch.file("broken")
        let first = try training(recipe)
        var left = steps
        let isComplete = try first.run(
            checkpoint: path,
            isInterrupted: {
                left -= 1
                return left == 0
            })
        #expect(!isComplete)
        let second = try training(recipe, threads: 2)
        _ = try second.resume(from: path)
        #expect(try second.run(checkpoint: path))
        #expect(try second.model(name: "a", data: "b").onnx() == whole.model(name: "a", data: "b").onnx())
        #expect(second.history == whole.history)
    }

    @Test("refuses a checkpoint of another recipe or one that is cut short, and says so") func wrongCheckpoint() throws
    {
        let path = scratch.file("a")
        _ = try training(recipe).run(checkpoint: path)
        var other = recipe
        other.batch = 16
        let error = #expect(throws: DataError.self) { try training(other).resume(from: path) }
        #expect(error?.description.contains("it has \"batch: 32\", this run \"batch: 16\"") == true)

        let bytes = try File.read(path)
        for count in [0, 10, 30, bytes.count / 2, bytes.count - 1] {
            try File.replace(path, with: Array(bytes[..<count]))
            #expect(throws: DataError.self) { try training(recipe).resume(from: path) }
        }
        // After the first line and the run's text: epochs, steps, the best epoch, the optimiser's steps.
        let numbers = 18 + 8 + Int(bytes[18]) + Int(bytes[19]) << 8
        for (index, value) in [(0, 1), (1, -1), (2, 200), (3, -1)] {
            var spoiled = bytes
            withUnsafeBytes(of: value) {
                spoiled.replaceSubrange(numbers + 8 * index..<numbers + 8 * index + 8, with: $0)
            }
            try File.replace(path, with: spoiled)
            #expect(throws: DataError.self) { try training(recipe).resume(from: path) }
        }
        #expect(try training(recipe).resume(from: "/nowhere/checkpoint") == 0)
    }

    @Test("files are replaced whole, and devices are left what they are") func files() throws {
        let path = scratch.file("a")
        try File.replace(path, with: [1, 2, 3])
        try File.replace(path, with: [4])
        #expect(try File.read(path) == [4])
        try File.replace("/dev/null", with: [5])
        #expect(try File.read("/dev/null") == [])
        #expect(throws: DataError.self) { try File.replace("/nowhere/a", with: [1]) }
        try File.checkIsWritable(path)
        #expect(throws: DataError.self) { try File.checkIsWritable("/nowhere/a") }
        #expect(throws: DataError.self) { try File.checkIsWritable(scratch.path) }
    }

    @Test("says so where the learning rate is too high") func diverges() throws {
        var recipe = recipe
        (recipe.optimiser, recipe.learningRate) = (.sgd(), 1e20)
        let error = #expect(throws: ModelError.self) { try training(recipe).run(checkpoint: scratch.file("a")) }
        #expect(error?.description.contains("choose a lower learning rate") == true)
        // Where there is one step, it is what comes after it that shows.
        (recipe.batch, recipe.optimiser, recipe.learningRate, recipe.schedule) = (96, .adam(), 1e30, .constant)
        let later = #expect(throws: ModelError.self) { try training(recipe).run(checkpoint: scratch.file("b")) }
        #expect(later?.description.contains("choose a lower learning rate") == true)
        #expect(try training(recipe).resume(from: scratch.file("b")) == 0)
    }

    @Test(
        "refuses networks that don't take such pictures, or don't give six shares",
        arguments: [
            "input 1 24x24\ndense 6\nsoftmax", "input 1 64x64\ndense 6\nsoftmax", "input 3 48x48\ndense 6\nsoftmax",
            "input 1 24x96\ndense 6\nsoftmax", "input 1 48x48\ndense 5\nsoftmax", "input 1 48x48\ndense 7\nsoftmax",
            "input 1 48x48\ndense 6",
        ])
    func wrongNetwork(text: String) {
        let error = #expect(throws: ModelError.self) {
            try TrainingRun(
                recipe, Architecture(name: "odd", text: text).graph(seed: 1), pictures: Self.pictures, threads: 1)
        }
        #expect(error?.description.contains("odd: this network can't be trained: it must take a grey picture") == true)
    }

    @Test("refuses to choose by nothing, and another set of pictures for a checkpoint") func wrongPictures() throws {
        var recipe = recipe
        recipe.validationShare = 0.001
        let error = #expect(throws: ModelError.self) { try training(recipe) }
        #expect(error?.description.contains("of 120 pictures none can be kept back") == true)

        (recipe.validationShare, recipe.schedule) = (0.2, .constant)
        let path = scratch.file("a")
        _ = try training(recipe).run(checkpoint: path)
        var others = PictureSet()
        for index in 0..<Self.pictures.count {
            let label = MienVision.Expression(rawValue: (Self.pictures.labels[index].rawValue + 1) % 6) ?? .angry
            others.append(Self.pictures.withPicture(index) { Array($0) }, label: label, origin: "")
        }
        let other = try TrainingRun(recipe, graph(), pictures: others, threads: 1)
        #expect(
            #expect(throws: DataError.self) { try other.resume(from: path) }?.description.contains("data: ") == true)
        recipe.epochs = 2
        let shorter = #expect(throws: DataError.self) { try training(recipe).resume(from: path) }
        #expect(shorter?.description.contains("it has done 4 epochs, and this run is of 2") == true)
    }

    @Test("mixes by any parameter, however small", arguments: [1e-38, 1e-30, 0.01, 0.2, 1])
    func mixing(alpha: Float) throws {
        var recipe = recipe
        (recipe.epochs, recipe.mixing) = (1, alpha)
        #expect(try training(recipe).run(checkpoint: scratch.file("a")))
    }

    @Test("keeps the best epoch, not the last") func best() throws {
        var recipe = recipe
        recipe.epochs = 6
        let run = try training(recipe)
        var best = (epoch: 0, loss: Double.infinity, accuracy: 0.0)
        let report = { (event: TrainingRun.Event) in
            guard case .epoch(let epoch, let score, let isBest) = event else { return }
            #expect(isBest == (score.validationLoss < best.loss))
            if isBest { best = (epoch, score.validationLoss, score.validationAccuracy) }
        }
        _ = try run.run(checkpoint: scratch.file("a"), report: report)
        #expect(run.bestEpoch == best.epoch)
        #expect(abs(try run.bestEvaluation().accuracy - best.accuracy) < 1e-9)
    }

    @Test("refuses fewer pictures than a batch, and a batch that can't be cut") func wrongSizes() throws {
        var recipe = recipe
        recipe.batch = 1024
        #expect(throws: ModelError.self) { try training(recipe) }
        recipe.batch = 24
        #expect(throws: ModelError.self) { try training(recipe) }
    }

    @Test("lets rare classes weigh more as far as it is told, on average as much as before") func balance() {
        let counts = [100, 25, 400, 0, 0, 0]
        #expect(TrainingRun.weights(of: counts, balance: 0) == [1, 1, 1, 1, 1, 1])
        let half = TrainingRun.weights(of: counts, balance: 0.5)
        #expect(abs(half[1] / half[0] - 2) < 1e-5)
        #expect(abs(half[0] / half[2] - 2) < 1e-5)
        let full = TrainingRun.weights(of: counts, balance: 1)
        for index in 0..<3 { #expect(abs(full[index] * Float(counts[index]) - 525 / 3) < 1e-3) }
    }

    @Test("never sees the pictures that are kept back, nor copies of them") func split() {
        var pictures = PictureSet()
        for index in 0..<200 {
            pictures.append([UInt8](repeating: UInt8(index % 150), count: 48 * 48), label: .happy)
        }
        let split = Split(pictures, validationShare: 0.2, seed: 5)
        #expect(split.validation.count == 40)
        #expect((split.training + split.validation).sorted() == Array(0..<200))
        #expect(Set(split.training.map { $0 % 150 }).isDisjoint(with: split.validation.map { $0 % 150 }))
        #expect(Split(pictures, validationShare: 0.2, seed: 5).validation == split.validation)
        #expect(Split(pictures, validationShare: 0.2, seed: 6).validation != split.validation)
    }

    @Test("keeps no picture back that people disagreed about") func disputed() {
        var pictures = PictureSet()
        for index in 0..<200 {
            pictures.append(
                [UInt8](repeating: UInt8(index), count: 48 * 48), label: .happy, isDisputed: index % 2 == 0)
        }
        let split = Split(pictures, validationShare: 0.2, seed: 5)
        #expect(split.validation.count == 20)
        #expect(split.validation.allSatisfy { $0 % 2 == 1 })
        #expect(split.training.count == 180)
    }

    @Test("augmentation mirrors half of the pictures, shifts them, and changes nothing else") func augmentation() {
        let columns: [UInt8] = (0..<48).map { UInt8($0 * 5) }
        let picture = (0..<48).flatMap { _ in columns }
        func changed(_ augmentation: Augmentation, _ seed: UInt64) -> [UInt8] {
            var result = [UInt8](repeating: 0, count: picture.count)
            var generator = SplitMix64(seed)
            picture.withUnsafeBufferPointer { picture in
                result.withUnsafeMutableBufferPointer { augmentation.apply(to: picture, into: $0, &generator) }
            }
            return result
        }
        var augmentation = Augmentation()
        (augmentation.flips, augmentation.largestShift) = (false, 0)
        #expect(changed(augmentation, 1) == picture)
        augmentation.flips = true
        let mirrored = (0..<48).flatMap { _ in columns.reversed() }
        let results = (0..<200).map { changed(augmentation, $0) }
        #expect(results.allSatisfy { $0 == picture || $0 == mirrored })
        #expect((70...130).contains(results.count { $0 == mirrored }))
        (augmentation.flips, augmentation.largestShift) = (false, 3)
        let firsts = Set((0..<200).map { changed(augmentation, $0)[20] / 5 })
        #expect(firsts == Set(17...23))
    }
}
