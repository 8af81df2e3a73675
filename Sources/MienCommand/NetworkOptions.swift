public import ArgumentParser
public import MienVision

/// Which network answers, as typed: for every subcommand that asks one.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A network instead of the built-in one.", valueName: "file.onnx"), completion: .file())
    var model: String?

    @Option(
        help: ArgumentHelp(
            "The classes of its outputs in their order, where its file doesn't say: names with commas between them, or "
                + "\(ModelOptions.knownClasses.map(\.name).joined(separator: ", ")). Others than the six are left out.",
            valueName: "names"))
    var modelClasses: String?

    @Option(
        help: ArgumentHelp(
            "How pixels become its input, where its file doesn't say: \(FacePicture.Normalisation.choices).",
            valueName: "how"))
    var modelNormalisation: FacePicture.Normalisation?

    @Option(
        help: ArgumentHelp(
            "The shape of its input, where its file leaves that open: 1x48x48, say, or 224x224x3.", valueName: "shape"))
    var modelInput: String?

    func validate() throws {
        if model == nil, modelClasses != nil || modelNormalisation != nil || modelInput != nil {
            throw ValidationError("--model-classes, --model-normalisation and --model-input need --model")
        }
        if let modelClasses, ModelOptions.classes(in: modelClasses).contains("") || modelClasses.isEmpty {
            throw ValidationError("--model-classes: names with commas between them, please")
        }
        if let modelInput, shape(modelInput) == nil {
            throw ValidationError("--model-input: a shape such as 1x48x48 or 224x224x3, please, not \"\(modelInput)\"")
        }
    }

    var options: ModelOptions {
        var options = ModelOptions()
        options.classes = modelClasses.map(ModelOptions.classes(in:))
        options.normalisation = modelNormalisation
        options.inputShape = modelInput.flatMap(shape)
        return options
    }

    /// The network, with what it takes for granted told to the user.
    func network(isQuiet: Bool = false) throws -> ExpressionModel {
        let network = try ExpressionModel(file: model, options: options)
        if !isQuiet { network.tellAssumptions() }
        return network
    }

    private func shape(_ text: String) -> [Int]? {
        let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        return sizes.count == 3 && sizes.allSatisfy { (1...4096).contains($0) } ? sizes : nil
    }
}

extension ExpressionModel {
    func tellAssumptions() {
        for assumption in assumptions { tell("the model \(name) doesn't say it, so that it is assumed: \(assumption)") }
        if !otherClasses.isEmpty {
            tell("the model \(name) has other classes too, which are left out: \(otherClasses.joined(separator: ", "))")
        }
    }
}

extension FacePicture.Normalisation: ExpressibleByArgument {}
