import CMienAssets
public import MienNN

/// A network that says which expression a face shows, made ready to run. Any number of classifiers share it.
public final class ExpressionNetwork: Sendable {
    let network: Network
    let normalisation: FacePicture.Normalisation
    /// For each of our expressions, which of the network's outputs is its share.
    let places: [Int]

    /// The metadata key of the classes, in the order of the network's outputs, between commas.
    public static let classesKey = "mien.classes"

    /// The network at `path`, an ONNX file; nil: the one that the binary carries.
    public convenience init(file path: String? = nil) throws(VisionError) {
        let bytes =
            if let path {
                try readFile(path, as: "network")
            } else {
                Array(UnsafeBufferPointer(start: mien_asset_model.bytes, count: mien_asset_model.count))
            }
        let name = path ?? "the built-in network"
        let model: Model
        do { model = try Model(onnx: bytes) } catch { throw VisionError("cannot use \(name) as a network: \(error)") }
        try self.init(model, called: name)
    }

    /// `name`: what messages call it. Throws where the network doesn't take a face's picture or doesn't name our classes.
    public init(_ model: Model, called name: String) throws(VisionError) {
        do { network = try Network(model) } catch { throw VisionError("cannot use \(name) as a network: \(error)") }
        let side = FacePicture.side
        guard network.inputShape == [1, side, side] else {
            let shape = network.inputShape.map(String.init).joined(separator: "x")
            throw VisionError("cannot use \(name): it takes \(shape) and not one face of 1x\(side)x\(side)")
        }
        let classes = model.metadata[Self.classesKey]?.split(separator: ",").map(String.init)
        let names = classes ?? Expression.allCases.map(\.name)
        guard names.count == network.outputCount else {
            throw VisionError("cannot use \(name): it has \(network.outputCount) outputs for \(names.count) classes")
        }
        let places = Expression.allCases.compactMap { names.firstIndex(of: $0.name) }
        guard places.count == Expression.allCases.count else {
            throw VisionError("cannot use \(name): its classes \(names.joined(separator: ", ")) lack some of the six")
        }
        self.places = places
        let key = FacePicture.Normalisation.metadataKey
        let wanted = model.metadata[key] ?? FacePicture.Normalisation.standard.rawValue
        guard let normalisation = FacePicture.Normalisation(rawValue: wanted) else {
            throw VisionError("cannot use \(name): its normalisation \"\(wanted)\" is unknown")
        }
        self.normalisation = normalisation
    }

    /// The model's own name.
    public var name: String { network.name }
}
