import CMienAssets
public import MienNN

/// A network that names expressions, with what its file says of its input and output. Never changes: any number of
/// classifiers on any threads share one.
public struct ExpressionModel: Sendable {
    /// The metadata key of a model's ONNX file for its classes: their names in the order of its output, with commas
    /// between them. A model without it has the order of `Expression`.
    public static let classesKey = "mien.classes"

    /// What results call the model.
    public let name: String
    public let network: Network
    /// How samples become the network's input; `.standard` where the file doesn't say.
    public let normalisation: FacePicture.Normalisation
    /// The place in the network's output of each of `Expression.allCases`.
    let places: [Int]

    /// The model at `path`, an ONNX file; nil for the one in the binary.
    public init(file path: String?) throws(VisionError) {
        if let path {
            try self.init(onnx: readFile(path, as: "model"), from: path)
        } else {
            let asset = mien_asset_model
            try self.init(
                onnx: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)), from: "in the program")
        }
    }

    /// A model as just trained or read; `path` is what messages call it.
    public init(_ model: Model, from path: String) throws(VisionError) {
        do {
            network = try Network(model)
        } catch {
            throw Self.refusal(path, "\(error)")
        }
        name = model.name
        let pixels = [1, FacePicture.side, FacePicture.side]
        guard network.inputShape == pixels, network.outputCount == Expression.allCases.count else {
            throw Self.refusal(
                path,
                "it takes \(Self.text(network.inputShape)) numbers and gives \(network.outputCount), where it should take "
                    + "\(Self.text(pixels)) and give \(Expression.allCases.count)")
        }
        switch model.metadata[FacePicture.Normalisation.metadataKey] {
        case nil: normalisation = .standard
        case let word?:
            guard let known = FacePicture.Normalisation(rawValue: word) else {
                throw Self.refusal(path, "its metadata name a normalisation that isn't known: \(word)")
            }
            normalisation = known
        }
        places = try Self.places(of: model.metadata[Self.classesKey], path)
    }

    private init(onnx bytes: [UInt8], from path: String) throws(VisionError) {
        let model: Model
        do { model = try Model(onnx: bytes) } catch { throw Self.refusal(path, "\(error)") }
        try self.init(model, from: path)
    }

    private static func places(of classes: String?, _ path: String) throws(VisionError) -> [Int] {
        guard let classes else { return Array(Expression.allCases.indices) }
        let names = classes.split(separator: ",").map { Expression(name: $0) }
        let places = Expression.allCases.compactMap { names.firstIndex(of: $0) }
        guard names.count == Expression.allCases.count, places.count == names.count else {
            let six = Expression.allCases.map(\.name).joined(separator: ",")
            throw refusal(path, "its classes are \(classes), and not \(six) in some order")
        }
        return places
    }

    private static func text(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "x") }

    private static func refusal(_ path: String, _ reason: String) -> VisionError {
        VisionError("cannot use the model \(path): \(reason)")
    }
}
