import CMienAssets
public import MienNN
import MienSystem

/// A network that names expressions, with what its file says of its input and output. Never changes: any number of
/// classifiers on any threads share one.
///
/// Networks by other programs will do: of one or three channels, of any size, with more classes than the six, which are
/// known by their names then, and with or without a softmax at the end.
public struct ExpressionModel: Sendable {
    /// The metadata key of a model's ONNX file for its classes: their names in the order of its output, with commas
    /// between them. A model of six without it has the order of `Expression`.
    public static let classesKey = "mien.classes"
    /// The metadata key for the shape of one face in its input, such as `3x224x224`, where the file leaves it open.
    public static let inputKey = "mien.input"

    /// What results call the model: the name in its file, or else that of the file, without control characters.
    public let name: String
    public let network: Network
    /// How samples become the network's input; `.standard` where neither the file nor the options say.
    public let normalisation: FacePicture.Normalisation
    /// Size and channels of its input.
    public let picture: PictureShape
    /// Classes of the network's that are none of the six, in its words. Their shares are left out, and the six made to add
    /// up to 1.
    public let otherClasses: [String]
    /// Facts in the file besides the network.
    public let metadata: [String: String]
    /// What neither the file nor the options say, and was taken for granted: for the user to be told.
    public let assumptions: [String]
    /// The place in the network's output of each of `Expression.allCases`.
    let places: [Int]
    /// Whether it takes grey pictures of FER2013's size, and gives the shares of the six in the order of
    /// `Expression.allCases`, as networks do that are trained here.
    package var isOfOurKind: Bool {
        picture.channels == 1 && picture.width == FacePicture.side && picture.height == FacePicture.side && addsUp
            && places == Array(Expression.allCases.indices)
    }
    /// Whether the six shares add up to 1 as they come.
    let addsUp: Bool
    /// Of the bytes it was read from; nil where that is the file in the binary, which is looked at when somebody asks.
    private var readFingerprint: UInt64?

    /// What tells the files of networks from each other, weights that lie beside them among it.
    package var fingerprint: UInt64 { readFingerprint ?? Fingerprint.of(words: Self.builtInFile) }

    /// The model at `path`, an ONNX file; nil for the one in the binary.
    public init(file path: String?, options: ModelOptions = ModelOptions()) throws(VisionError) {
        if let path {
            let bytes = try readFile(path, as: "model")
            self = try bytes.withUnsafeBufferPointer { bytes throws(VisionError) in
                try Self(onnx: UnsafeRawBufferPointer(bytes), from: path, options, isFingerprinted: true)
            }
        } else {
            try self.init(onnx: Self.builtInFile, from: "in the program", options)
        }
    }

    private static var builtInFile: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: mien_asset_model.bytes, count: mien_asset_model.count)
    }

    /// The ONNX file that the binary carries.
    package static var builtIn: [UInt8] { Array(builtInFile) }

    /// A model as just trained or read; `path` is what messages call it.
    public init(
        _ model: Model, from path: String, options: ModelOptions = ModelOptions()
    ) throws(VisionError) {
        var complete = model
        if let shape = try Self.inputShape(model, options, path) { complete.graph.input.shape = [nil] + shape }
        // Others are of no use here: features, what an auxiliary branch says.
        complete.graph.outputs = [complete.graph.output]
        complete.graph = Self.endingInShares(complete.graph)
        do {
            network = try Network(complete)
        } catch {
            throw Self.refusal(path, "\(error)")
        }
        name = Self.printable(model.name.isEmpty ? Self.stem(of: path) : model.name)
        guard let picture = network.picture, picture.width >= 8, picture.height >= 8 else {
            throw Self.refusal(
                path,
                "it takes \(Self.text(network.inputShape)) numbers, where it should take a picture of 1 or 3 channels, such "
                    + "as \(Self.text([1, FacePicture.side, FacePicture.side]))")
        }
        self.picture = picture
        let said = try Self.normalisation(model, options, path)
        normalisation = said ?? .standard
        if let channels = normalisation.channels, channels != picture.channels {
            throw Self.refusal(
                path,
                "the normalisation \(normalisation.rawValue) is for \(channels) channels, and it takes \(picture.channels)"
            )
        }
        let (places, others, assumption) = try Self.places(
            of: Self.classes(model, options), count: network.outputCount, path)
        (self.places, otherClasses) = (places, others)
        metadata = model.metadata
        addsUp = others.isEmpty && network.hasLogits
        assumptions =
            [
                assumption,
                said == nil
                    ? "pixels become numbers of zero mean and unit variance (say --model-normalisation otherwise)"
                    : nil,
            ].compactMap(\.self)
    }

    private init(
        onnx bytes: UnsafeRawBufferPointer, from path: String, _ options: ModelOptions, isFingerprinted: Bool = false
    ) throws(VisionError) {
        let model: Model
        var fingerprint = isFingerprinted ? Fingerprint.of(words: bytes) : nil
        let folder = path.folder
        do {
            model = try Model(onnx: bytes) { name throws(ModelError) in
                do {
                    let weights = try readFile(folder + name, as: "model's weights", isNamedByFile: true)
                    fingerprint = fingerprint.map { before in
                        weights.withUnsafeBytes { Fingerprint.of(words: $0, after: before) }
                    }
                    return weights
                } catch { throw ModelError(.broken, "\(error)") }
            }
        } catch { throw Self.refusal(path, "\(error)") }
        try self.init(model, from: path, options: options)
        readFingerprint = fingerprint
    }

    /// The shape of one face where the file leaves it open or the options say it; nil: as the file says.
    private static func inputShape(
        _ model: Model, _ options: ModelOptions, _ path: String
    ) throws(VisionError) -> [Int]? {
        let declared = model.graph.input.shape.dropFirst()
        let noted = model.metadata[inputKey].map { $0.split(separator: "x").map { Int($0) ?? 0 } }
        guard let wanted = options.inputShape ?? noted else {
            guard declared.contains(nil) else { return nil }
            throw refusal(
                path,
                "its file leaves the size of its input open (\(declared.map { $0.map { "\($0)" } ?? "?" }.joined(separator: "x"))"
                    + "); say it with --model-input, such as 1x48x48 or 224x224x3")
        }
        guard wanted.count == declared.count, zip(wanted, declared).allSatisfy({ $0 > 0 && $1 ?? $0 == $0 }) else {
            throw refusal(
                path,
                "its input is \(declared.map { $0.map { "\($0)" } ?? "?" }.joined(separator: "x")), which \(text(wanted)) "
                    + "doesn't fit")
        }
        return wanted
    }

    /// Names reach terminals: nothing in one may do anything there.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last ?? "model"
        return String(name.hasSuffix(".onnx") ? name.dropLast(5) : name)
    }
}
