import MienNN
import MienTraining
import MienVision
import Testing

@Suite("Smoothed and taught targets") struct TargetsTests {
    private let scratch = Scratch()
    private static let pictures = PictureSet.bars(each: 20)

    private var recipe: Recipe {
        var recipe = Recipe()
        (recipe.epochs, recipe.batch, recipe.learningRate) = (12, 32, 0.01)
        recipe.augmentation.largestShift = 1
        return recipe
    }

    private func run(_ recipe: Recipe, teachers: Teachers? = nil, resuming path: String? = nil) throws -> TrainingRun {
        let graph = try Self.network()
        let run = try TrainingRun(recipe, graph, pictures: Self.pictures, teachers: teachers, threads: 2)
        if let path { _ = try run.resume(from: path) }
        _ = try run.run(checkpoint: path ?? scratch.file("a"))
        return run
    }

    private static func network() throws -> Graph {
        try Architecture(
            name: "small", text: "input 1 48x48\nconv 6 5x5 stride 3\nbn\nrelu\nmaxpool 3x3 stride 3\ndense 6\nsoftmax"
        ).graph(seed: 1)
    }

    @Test("teachers that are wrong on purpose are believed where they have all the say") func teaching() throws {
        let right = try run(self.recipe)
        #expect(try right.bestEvaluation().accuracy > 0.8)
        let taught = try run(recipe(taughtBy: wrong(right)), teachers: wrong(right)).bestEvaluation()
        #expect(taught.accuracy < 0.2)
        let next = (0..<6).reduce(0) { $0 + taught.confusion[$1][($1 + 1) % 6] }
        #expect(Double(next) > 0.5 * Double(taught.count))
    }

    /// A network that calls each class the next one, as a teacher.
    private func wrong(_ right: TrainingRun) throws -> Teachers {
        var model = try right.model(name: "wrong", data: "")
        let dense = try #require(model.graph.nodes.last { $0.operation == "Gemm" })
        for name in dense.inputs.dropFirst() {
            let tensor = try #require(model.graph.tensors[name])
            let row = tensor.values.count / 6
            model.graph.tensors[name] = Tensor(
                shape: tensor.shape, values: tensor.values.suffix(row) + tensor.values.dropLast(row))
        }
        try File.replace(scratch.file("wrong.onnx"), with: model.onnx())
        return try Teachers([scratch.file("wrong.onnx")], normalisation: .standard)
    }

    private func recipe(taughtBy teachers: Teachers) -> Recipe {
        var recipe = recipe
        (recipe.teachers, recipe.teaching) = (teachers.names, 1)
        return recipe
    }

    @Test("what is taught does not depend on the number of threads, nor on which of them a teacher is asked")
    func taughtAlike() throws {
        let teachers = try wrong(run(recipe))
        var recipe = recipe(taughtBy: teachers)
        (recipe.epochs, recipe.mixing) = (1, 0.4)
        let models = try [1, 2].map { threads in
            let run = try TrainingRun(
                recipe, Self.network(), pictures: Self.pictures, teachers: teachers, threads: threads)
            _ = try run.run(checkpoint: scratch.file("threads \(threads)"))
            return try run.model(name: "a", data: "b").onnx()
        }
        #expect(models[0] == models[1])
    }

    @Test("smoothed labels leave a higher loss: nothing is ever quite sure") func smoothing() throws {
        var smooth = recipe
        smooth.smoothing = 0.3
        let (plain, smoothed) = (try run(recipe), try run(smooth))
        let last = try #require(smoothed.history.last)
        // The targets' own entropy is the least that the loss can be: 0.75 ln(1/0.75) + 5 * 0.05 ln(1/0.05).
        #expect(last.trainingLoss > 0.96)
        #expect(try #require(plain.history.last).trainingLoss < 0.9)
    }

    @Test("a gradient cut to nothing teaches nothing") func clipping() throws {
        var clipped = recipe
        clipped.optimiser = .sgd()
        clipped.largestGradient = 1e-12
        #expect(try change(clipped) < 1e-6)
        clipped.largestGradient = .infinity
        #expect(try change(clipped) > 1e-3)
    }

    /// How far training takes the weight that it changes most.
    private func change(_ recipe: Recipe) throws -> Float {
        let before = try #require(try Self.network().tensors["Conv1.weight"]?.values)
        let after = try #require(try run(recipe).model(name: "a", data: "b").graph.tensors["Conv1.weight"]?.values)
        return zip(before, after).map { abs($0 - $1) }.max() ?? 0
    }

    @Test("each is part of the recipe where it is used, and a checkpoint without it is another run's") func recipes()
        throws
    {
        #expect(!recipe.text.contains("smoothing") && !recipe.text.contains("taught"))
        let path = scratch.file("checkpoint")
        _ = try run(recipe, resuming: path)
        for (change, words) in [
            ({ $0.smoothing = 0.1 }, "it has no label smoothing, this run \"label smoothing: 0.1\""),
            ({ $0.largestGradient = 2 }, "it has no largest gradient, this run \"largest gradient: 2.0\""),
            (
                {
                    $0.teachers = ["mien 1f"]
                    $0.teaching = 0.5
                }, "it has no taught by, this run \"taught by: mien 1f; share 0.5\""
            ),
        ] as [((inout Recipe) -> Void, String)] {
            var other = recipe
            change(&other)
            let error = #expect(throws: DataError.self) { try run(other, resuming: path) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
            #expect(other.text.split(separator: "\n").count == recipe.text.split(separator: "\n").count + 1)
        }
    }

    @Test(
        "boxes a tenth off change labels where the picture is all in its place, and none where it is everywhere the same"
    )
    func steadiness() throws {
        let run = try run(recipe)
        let network = try ExpressionModel(run.model(name: "a", data: "b"), from: "a")
        let answers = try Evaluation.answers(of: network, to: Self.pictures, threads: 1)
        let found = try Steadiness(of: network, answers: answers, pictures: Self.pictures, threads: 2)
        // Bars lie across: to the left or right they stay where they are, up or down they come half way to the next.
        #expect(found.changed.count == 6 && found.count == Self.pictures.count)
        #expect(found.changed[0] < 0.1 && found.changed[1] < 0.1)
        #expect(found.changed[2] > 0.1 && found.changed[3] > 0.1)
        var flat = PictureSet()
        for grey in [UInt8(10), 99, 200] {
            flat.append([UInt8](repeating: grey, count: FacePicture.pixelCount), label: .sad)
        }
        let same = try Evaluation.answers(of: network, to: flat, threads: 1)
        #expect(try Steadiness(of: network, answers: same, pictures: flat, threads: 1).mean == 0)
    }
}
