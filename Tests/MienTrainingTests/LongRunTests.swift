import MienNN
import MienTraining
import Testing

@Suite("Averaged, mixed and prolonged runs") struct LongRunTests {
    private let scratch = Scratch()
    private static let pictures = PictureSet.bars(each: 20)

    private var recipe: Recipe {
        var recipe = Recipe()
        recipe.epochs = 5
        recipe.batch = 32
        recipe.learningRate = 0.01
        recipe.schedule = .trapezoid
        recipe.averaging = 0.9
        recipe.mixing = 0.3
        recipe.augmentation.rotation = 5
        return recipe
    }

    private func run(_ recipe: Recipe, _ path: String, resumes: Bool = false, steps: Int = .max) throws -> TrainingRun {
        let graph = try Architecture(
            name: "small", text: "input 1 48x48\nconv 6 5x5 stride 3\nbn\nrelu\nmaxpool 3x3 stride 3\ndense 6\nsoftmax"
        ).graph(seed: 1)
        let run = try TrainingRun(recipe, graph, pictures: Self.pictures, threads: 2)
        if resumes { _ = try run.resume(from: path) }
        var left = steps
        _ = try run.run(
            checkpoint: path,
            isInterrupted: {
                left -= 1
                return left == 0
            })
        return run
    }

    @Test("a run goes on from a checkpoint with its average, as if there had been no break") func resumes() throws {
        let whole = try run(recipe, scratch.file("whole"))
        _ = try run(recipe, scratch.file("broken"), steps: 7)
        let resumed = try run(recipe, scratch.file("broken"), resumes: true)
        #expect(resumed.history == whole.history)
        #expect(try resumed.model(name: "a", data: "b").onnx() == whole.model(name: "a", data: "b").onnx())
        #expect(whole.history.last!.validationAccuracy > 0.8)
    }

    @Test("a run from another start sees other augmentations, and from the same one the same") func chance() throws {
        func losses(_ start: String?) throws -> [Double] {
            var recipe = recipe
            (recipe.start, recipe.epochs) = (start, 1)
            return try run(recipe, scratch.file("start \(start ?? "")")).history.map { Double($0.trainingLoss) }
        }
        let starts = [nil, "a 1", "a 2", "a 1"]
        let all = try starts.map(losses)
        #expect(Set(all).count == 3 && all[1] == all[3])
    }

    @Test("a trapezoid can be made shorter or longer before its way down, and then is as if planned so")
    func prolonged() throws {
        var longer = recipe
        longer.epochs = 20
        let path = scratch.file("a")
        _ = try run(longer, path, steps: 2 * 3)
        let shortened = try run(recipe, path, resumes: true)
        #expect(shortened.history == (try run(recipe, scratch.file("b")).history))
        #expect(shortened.history.count == 5)
        let error = #expect(throws: DataError.self) { try run(longer, path, resumes: true) }
        #expect(error?.description.contains("it has \"epochs: 5\", this run \"epochs: 20\"") == true)
    }

    @Test("what is kept of an epoch is the average; mixing and averaging make another network than doing without")
    func differs() throws {
        func parameters(_ change: (inout Recipe) -> Void) throws -> [Float] {
            var recipe = recipe
            recipe.epochs = 1
            change(&recipe)
            let model = try run(recipe, scratch.file("c")).model(name: "a", data: "b")
            return model.graph.tensors["Conv1.weight"]?.values ?? []
        }
        let both = try parameters { _ in }
        #expect(try parameters { $0.averaging = 0 } != both)
        #expect(try parameters { $0.mixing = 0 } != both)
        #expect(try parameters { _ in } == both)
    }

    @Test("a trapezoid rises over an epoch, stays, and falls to nothing") func trapezoid() {
        func factor(_ step: Int) -> Double { Schedule.trapezoid.factor(step: step, stepsPerEpoch: 10, epochs: 10) }
        #expect(factor(5) == 0.5)
        #expect((10...60).allSatisfy { factor($0) == 1 })
        #expect((61...100).allSatisfy { factor($0) < factor($0 - 1) })
        #expect(abs(factor(70) - 0.5) < 1e-9)
        #expect(factor(100) == 0)
        #expect(Schedule.trapezoid.isSame(until: 6, of: 10, as: 20))
        #expect(!Schedule.trapezoid.isSame(until: 7, of: 10, as: 20))
        #expect(!Schedule.cosine.isSame(until: 1, of: 10, as: 20))
    }

    @Test("the average starts at the first step's parameters and then follows them, running statistics too")
    func average() throws {
        let graph = try Architecture(name: "a", text: "input 1 4x4\nconv 2 3x3\nbn\ndense 6\nsoftmax").graph(seed: 1)
        var configuration = Trainer.Configuration()
        (configuration.batch, configuration.shard, configuration.averaging) = (4, 2, 0.5)
        let trainer = try Trainer(graph, configuration)
        var expected: [Float] = []
        for step in 1...6 {
            _ = try trainer.step(rate: 0.1, seed: UInt64(step)) { positions, input, targets in
                var chance = SplitMix64(UInt64(step), UInt64(positions.lowerBound))
                for index in input.indices { input[index] = chance.uniform() }
                for index in targets.indices { targets[index] = index % 6 == positions.lowerBound ? 1 : 0 }
            }
            let kept = min(0.5, Float(step - 1) / Float(step + 8))
            expected = trainer.parameters.enumerated().map { index, now in
                step == 1 ? now : kept * expected[index] + (1 - kept) * now
            }
        }
        for (average, expected) in zip(trainer.averagedParameters, expected) { #expect(abs(average - expected) < 1e-5) }
        #expect(trainer.averagedParameters != trainer.parameters)
    }
}
