public import MienNN
public import MienVision

/// A network that has learnt before, from which a training goes on instead of from chance: to learn more, or to learn from
/// other pictures what differs in them.
public struct StartingNetwork: Sendable {
    public let graph: Graph
    public let normalisation: FacePicture.Normalisation
    /// What tells it from others, for the recipe.
    public let name: String

    /// The network that the program carries.
    public static let builtIn = "mien"

    /// - Parameter path: an ONNX file, or `builtIn`.
    /// - Throws: `DataError` where the file can't be read, or its network doesn't take a face of 48x48 and give the six
    ///   shares in their order, as what is learnt from does.
    public init(_ path: String) throws {
        let bytes = path == Self.builtIn ? ExpressionModel.builtIn : try File.read(path)
        let model: Model
        do throws(ModelError) {
            model = try Model(onnx: bytes)
        } catch { throw DataError("\(path): cannot start from this network: \(error)") }
        let checked = try ExpressionModel(model, from: path)
        let classes = MienVision.Expression.allCases
        guard checked.picture.channels == 1, checked.picture.width == FacePicture.side,
            checked.picture.height == FacePicture.side, model.graph.nodes.last?.operation == "Softmax",
            checked.isInOrder
        else {
            throw DataError(
                "\(path): cannot start from this network: it must take a grey picture of \(FacePicture.side)x\(FacePicture.side) "
                    + "and end in a softmax over \(classes.map(\.name).joined(separator: ", "))")
        }
        (graph, normalisation) = (model.graph, checked.normalisation)
        name = Teachers.name(checked, contents: bytes)
    }
}
