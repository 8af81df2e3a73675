import CMienAssets
import MienCapture
import MienImage
import MienNN
import MienVision
import Testing

struct ExpressionClassifierTests {
    /// The demo's first frame of each expression, with its face.
    private func look(_ body: (String, PlaneView, Box) throws -> Void) throws {
        var options = DemoSource.Options()
        (options.width, options.height) = (320, 180)
        options.rate = 0.5
        let source = try DemoSource(options)
        var detector = try FaceDetector()
        var frame = Frame()
        var faces: [Box] = []
        for expected in DemoSource.expressions {
            #expect(try source.read(into: &frame))
            #expect(source.expression(at: frame.number) == expected)
            try detector.detect(in: frame.luma.view, faces: &faces)
            try body(expected, frame.luma.view, try #require(faces.first))
        }
    }

    private func answers(
        _ classifier: inout ExpressionClassifier, _ faces: [Box], _ picture: PlaneView
    ) throws -> [Probabilities] {
        classifier.begin()
        for face in faces { try classifier.add(Region(face), of: picture) }
        try classifier.finish()
        let answers = classifier.answers
        #expect(answers.count == faces.count)
        return answers
    }

    private func model() throws -> Model {
        let asset = mien_asset_model
        return try Model(onnx: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
    }

    @Test("The built-in network names the mean face of each expression right")
    func demo() throws {
        var classifier = try ExpressionClassifier(ExpressionModel(file: nil))
        try look { expected, picture, face in
            let answer = try #require(try answers(&classifier, [face], picture).first)
            #expect(answer.label.name == expected)
            #expect(abs(Expression.allCases.reduce(0) { $0 + answer[$1] } - 1) < 1e-4)
        }
    }

    @Test("More faces than one batch holds get each the answer that they would get alone")
    func batches() throws {
        var classifier = try ExpressionClassifier(ExpressionModel(file: nil))
        try look { _, picture, face in
            let faces = (0..<37).map { Box(x: face.x + $0 - 18, y: face.y, width: face.width, height: face.height) }
            let together = try answers(&classifier, faces, picture)
            for (one, answer) in zip(faces, together) {
                #expect(try answers(&classifier, [one], picture) == [answer])
            }
        }
        let nothing = Plane(width: 1, height: 1)
        #expect(try answers(&classifier, [], nothing.view).isEmpty)
    }

    @Test("A model's classes are known by their names, in whatever order it has them")
    func order() throws {
        var other = try model()
        other.metadata[ExpressionModel.classesKey] = "surprise,sad,neutral,happy,fear,angry"
        var plain = try ExpressionClassifier(ExpressionModel(file: nil))
        var reversed = try ExpressionClassifier(ExpressionModel(other, from: "test"))
        try look { _, picture, face in
            let one = try answers(&plain, [face], picture)[0]
            let two = try answers(&reversed, [face], picture)[0]
            for expression in Expression.allCases {
                #expect(one[expression] == two[Expression.allCases[5 - expression.rawValue]])
            }
        }
    }

    @Test("A model's normalisation is the one its metadata name")
    func normalisation() throws {
        var model = try model()
        #expect(try ExpressionModel(model, from: "test").normalisation == .standard)
        model.metadata["mien.normalisation"] = "unit"
        #expect(try ExpressionModel(model, from: "test").normalisation == .unit)
    }

    @Test("A model for something else is refused, with what it has and what it should have")
    func refusals() throws {
        func message(_ key: String, _ value: String) throws -> String {
            var model = try model()
            model.metadata[key] = value
            return try #require(throws: VisionError.self) { _ = try ExpressionModel(model, from: "odd.onnx") }
                .description
        }
        #expect(
            try message("mien.classes", "cat,dog")
                == "cannot use the model odd.onnx: it gives 6 numbers for 2 classes (cat,dog); name each output with "
                + "--model-classes")
        #expect(
            try message("mien.classes", "angry,fear,happy,neutral,sad,disgust")
                == "cannot use the model odd.onnx: its classes are angry,fear,happy,neutral,sad,disgust, and not "
                + "angry,fear,happy,neutral,sad,surprise in some order: none is surprise (others beside them don't matter)"
        )
        #expect(
            try message("mien.classes", "angry,anger,happy,neutral,sad,surprise").contains(
                "in some order: angry and anger are the same"))
        #expect(
            try message("mien.normalisation", "odd")
                == "cannot use the model odd.onnx: its metadata name a normalisation that isn't known: odd (known are "
                + "standard, unit, symmetric, raw, imagenet, or mean/deviation such as 0.5/0.25)")
        let error = try #require(throws: VisionError.self) { _ = try ExpressionModel(file: "/nowhere.onnx") }
        #expect(error.description == "cannot open the model /nowhere.onnx: No such file or directory")
    }
}
