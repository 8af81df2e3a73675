import MienImage
import MienNN
import MienVision
import Testing

@Suite("Networks that other programs made")
struct ForeignModelTests {
    /// A network of `classes.count` outputs that are the mean of the picture times so much: its logits.
    private func model(
        shape: [Int?] = [1, 12, 16], factors: [Float], softmax: Bool = false, metadata: [String: String] = [:]
    ) -> Model {
        let count = shape.reduce(1) { $0 * ($1 ?? 12) }
        let weights = factors.flatMap { [Float](repeating: $0 / Float(count), count: count) }
        var nodes: [Graph.Node] = [
            .init("Flatten", name: "f", inputs: ["x"], outputs: ["flat"]),
            .init("Gemm", name: "g", inputs: ["flat", "w"], outputs: ["y"], attributes: ["transB": .integer(1)]),
        ]
        if softmax { nodes.append(.init("Softmax", name: "s", inputs: ["y"], outputs: ["shares"])) }
        return Model(
            graph: Graph(
                name: "", nodes: nodes, tensors: ["w": Tensor(shape: [factors.count, count], values: weights)],
                input: .init(name: "x", shape: [nil] + shape),
                output: .init(name: softmax ? "shares" : "y", shape: [nil, factors.count])),
            metadata: metadata)
    }

    @Test("A model whose nodes form a circle is refused, and nobody goes round in it", .timeLimit(.minutes(10)))
    func circle() {
        var model = model(factors: [1, 2, 3, 4, 5, 6])
        model.graph.nodes = [
            .init("Identity", name: "a", inputs: ["y"], outputs: ["z"]),
            .init("Identity", name: "b", inputs: ["z"], outputs: ["y"]),
        ]
        #expect(throws: VisionError.self) { try ExpressionModel(model, from: "circle.onnx") }
    }

    private func options(_ classes: String, _ normalisation: FacePicture.Normalisation = .raw) -> ModelOptions {
        var options = ModelOptions()
        options.classes = ModelOptions.classes(in: classes)
        options.normalisation = normalisation
        return options
    }

    /// The answer to a picture of a single grey.
    private func answer(_ model: ExpressionModel, grey: UInt8) throws -> Probabilities {
        var classifier = try ExpressionClassifier(model)
        let picture = [UInt8](repeating: grey, count: FacePicture.pixelCount)
        classifier.begin()
        try picture.withUnsafeBufferPointer { try classifier.add($0) }
        try classifier.finish()
        let plane = Plane(width: 100, height: 90)
        for index in 0..<plane.stride * plane.height { plane.base[index] = grey }
        try classifier.add(Region(x: 10, y: 10, width: 50, height: 50), of: plane.view)
        try classifier.finish()
        // A picture of a data set and a face in a frame go the same way.
        #expect(classifier.answers.count == 2 && classifier.answers[0] == classifier.answers[1])
        return classifier.answers[0]
    }

    /// The softmax of six logits.
    private func shares(_ logits: [Float]) -> [Float] {
        let powers = logits.map { exponential($0) }
        return powers.map { $0 / powers.reduce(0, +) }
    }

    private func exponential(_ x: Float) -> Float {
        var (sum, term) = (1.0, 1.0)
        for index in 1..<60 {
            term *= Double(x) / Double(index)
            sum += term
        }
        return Float(sum)
    }

    /// Sums of some thousand products differ in their last digits with the order that a CPU takes them in.
    private func expectClose(_ answer: Probabilities, _ expected: [Float]) {
        for expression in Expression.allCases {
            #expect(abs(answer[expression] - expected[expression.rawValue]) < 1e-4, "\(expression)")
        }
    }

    @Test("Seven or eight classes: the six by their names, and the others left out", arguments: [false, true])
    func otherClasses(softmax: Bool) throws {
        let factors: [Float] = [0.01, 0.09, 0.02, 0.03, 0.04, 0.05, 0.06]
        let model = try ExpressionModel(
            model(factors: factors, softmax: softmax), from: "dir/seven.onnx", options: options("fer2013"))
        #expect(model.name == "seven")
        #expect(model.otherClasses == ["disgust"])
        // FER2013's order: angry disgust fear happy sad surprise neutral.
        expectClose(try answer(model, grey: 100), shares([1, 2, 3, 6, 4, 5]))
        #expect(model.assumptions.isEmpty)
    }

    @Test("Where all is another class's, the six have the same share") func nothingLeft() throws {
        let model = try ExpressionModel(
            model(factors: [0, 100, 0, 0, 0, 0, 0]), from: "seven.onnx", options: options("fer2013"))
        expectClose(try answer(model, grey: 100), [Float](repeating: 1 / 6, count: 6))
    }

    @Test("Answers that are no numbers are refused with the model's name", arguments: [Float.nan, .infinity, 3e38])
    func noNumbers(factor: Float) throws {
        let model = try ExpressionModel(
            model(factors: [1, 2, 3, 4, 5, factor]), from: "damaged.onnx",
            options: options("angry,fear,happy,neutral,sad,surprise"))
        let error = #expect(throws: VisionError.self) { try answer(model, grey: 100) }
        #expect(error?.description.hasPrefix("the model damaged answers with what is no number") == true)
        #expect(FacePicture.Normalisation(rawValue: "0.5/1e-40") == nil)
    }

    @Test("A face's picture of another size than 48x48 is refused") func wrongPicture() throws {
        var classifier = try ExpressionClassifier(ExpressionModel(file: nil))
        classifier.begin()
        for count in [0, 100, 47 * 48, 96 * 96] {
            let picture = [UInt8](repeating: 0, count: count)
            var refusal: VisionError?
            picture.withUnsafeBufferPointer { samples in
                do throws(VisionError) { try classifier.add(samples) } catch { refusal = error }
            }
            #expect(refusal?.description == "a face's picture has 48x48 samples, and not \(count) in all")
        }
    }

    @Test("A model's name reaches terminals without what these obey") func controlCharacters() throws {
        var model = model(factors: [1, 2, 3, 4, 5, 6])
        model.graph.name = "a\u{1B}[2J\nb\u{9B}c"
        let six = Expression.allCases.map(\.name).joined(separator: ",")
        #expect(try ExpressionModel(model, from: "m", options: options(six)).name == "a?[2J?b?c")
    }

    @Test(
        "Class names are read from metadata as people write them",
        arguments: [
            ("classes", "Anger, Fear, Happiness, Neutral, Sadness, Surprise"),
            ("names", "{0: 'angry', 1: 'fear', 2: 'happy', 3: 'neutral', 4: 'sad', 5: 'surprise'}"),
            ("id2label", #"{"3": "neutral", "0": "angry", "1": "fear", "2": "happy", "4": "sad", "5": "surprise"}"#),
            ("labels", #"["ANGRY", "fearful", "joy", "neutral", "sad", "suprise"]"#),
        ])
    func metadata(_ key: String, _ text: String) throws {
        var options = ModelOptions()
        options.normalisation = .raw
        let factors: [Float] = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
        let found = try ExpressionModel(model(factors: factors, metadata: [key: text]), from: "m", options: options)
        expectClose(try answer(found, grey: 100), shares([1, 2, 3, 4, 5, 6]))
        #expect(found.assumptions.isEmpty && found.otherClasses.isEmpty)
    }

    @Test("Three channels have the same grey, each normalised as its own, in either layout", arguments: [true, false])
    func channels(isLast: Bool) throws {
        let shape = isLast ? [24, 24, 3] : [3, 24, 24]
        let model = model(shape: shape, factors: [1, 2, 3, 4, 5, 6])
        let six = Expression.allCases.map(\.name).joined(separator: ",")
        let plain = try ExpressionModel(model, from: "m", options: options(six, .unit))
        expectClose(try answer(plain, grey: 51), shares([0.2, 0.4, 0.6, 0.8, 1, 1.2]))
        let fixed = FacePicture.Normalisation.fixed(mean: [0.1, 0.2, 0.3], deviation: [0.5, 1, 2])
        let mean: Float = ((0.6 - 0.1) / 0.5 + (0.6 - 0.2) / 1 + (0.6 - 0.3) / 2) / 3
        let coloured = try ExpressionModel(model, from: "m", options: options(six, fixed))
        expectClose(try answer(coloured, grey: 153), shares([1, 2, 3, 4, 5, 6].map { $0 * mean }))
    }

    @Test("A size that the file leaves open is taken from the options or the metadata") func openSize() throws {
        let model = model(shape: [1, nil, nil], factors: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
        var options = options("angry,fear,happy,neutral,sad,surprise")
        let error = #expect(throws: VisionError.self) { try ExpressionModel(model, from: "m.onnx", options: options) }
        #expect(
            error?.description
                == "cannot use the model m.onnx: its file leaves the size of its input open (1x?x?); say it with "
                + "--model-input, such as 1x48x48 or 224x224x3")
        var noted = model
        noted.metadata[ExpressionModel.inputKey] = "1x12x12"
        #expect(try ExpressionModel(noted, from: "m", options: options).picture.width == 12)
        options.inputShape = [1, 12, 12]
        #expect(try ExpressionModel(model, from: "m", options: options).picture.height == 12)
        options.inputShape = [3, 12, 12]
        let other = #expect(throws: VisionError.self) { try ExpressionModel(model, from: "m.onnx", options: options) }
        #expect(other?.description == "cannot use the model m.onnx: its input is 1x?x?, which 3x12x12 doesn't fit")
    }

    @Test("What can't be known is refused, and what is assumed is said") func refusals() throws {
        let seven = model(factors: [Float](repeating: 1, count: 7))
        let error = #expect(throws: VisionError.self) { try ExpressionModel(seven, from: "m.onnx") }
        #expect(
            error?.description
                == "cannot use the model m.onnx: it gives 7 numbers, and its file doesn't say for which classes; name them "
                + "with --model-classes, such as fer2013 (angry,disgust,fear,happy,sad,surprise,neutral)")
        let six = model(factors: [1, 2, 3, 4, 5, 6])
        #expect(
            try ExpressionModel(six, from: "m").assumptions == [
                "its six outputs are angry,fear,happy,neutral,sad,surprise",
                "pixels become numbers of zero mean and unit variance (say --model-normalisation otherwise)",
            ])
        let imagenet = #expect(throws: VisionError.self) {
            try ExpressionModel(six, from: "m.onnx", options: options("affectnet", .imagenet))
        }
        #expect(
            imagenet?.description
                == "cannot use the model m.onnx: the normalisation imagenet is for 3 channels, and it takes 1")
        let list = model(shape: [200], factors: [1, 2, 3, 4, 5, 6])
        let flat = #expect(throws: VisionError.self) { try ExpressionModel(list, from: "m.onnx") }
        #expect(flat?.description.contains("it takes 200 numbers, where it should take a picture") == true)
    }

    @Test(
        "Normalisations are texts and back",
        arguments: ["standard", "unit", "symmetric", "raw", "imagenet", "0.5/0.25"])
    func texts(_ text: String) {
        #expect(FacePicture.Normalisation(rawValue: text)?.rawValue == text)
    }

    @Test("A text that is no normalisation is none", arguments: ["", "0.5", "1/0", "1,2/3", "a/b", "1/2/3", "/"])
    func noNormalisation(_ text: String) { #expect(FacePicture.Normalisation(rawValue: text) == nil) }

    @Test("Expressions are known by the words of the usual data sets, and others are not")
    func spellings() {
        for (text, expression) in [
            ("Anger", Expression.angry), ("0_angry", .angry), ("AFRAID", .fear), ("happiness", .happy), ("Joy", .happy),
            ("neutral", .neutral), ("5-Sadness", .sad), ("suprised", .surprise), ("SU", .surprise),
        ] { #expect(Expression(anySpelling: text) == expression) }
        for text in ["disgust", "contempt", "unknown", "", "3", "calm", "sadhappy"] {
            #expect(Expression(anySpelling: text) == nil)
        }
    }
}
