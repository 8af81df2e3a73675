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

    /// What a network must be to go on from or to learn from.
    static let demand =
        "it must take a grey picture of \(FacePicture.side)x\(FacePicture.side) and end in a softmax over "
        + MienVision.Expression.allCases.map(\.name).joined(separator: ", ")

    /// The bytes of an ONNX file, or of that of `builtIn`.
    static func contents(_ path: String) throws(DataError) -> [UInt8] {
        path == builtIn ? ExpressionModel.builtIn : try File.read(path)
    }

    /// - Parameter path: an ONNX file, or `builtIn`.
    /// - Throws: `DataError` where the file can't be read, or its network doesn't take a face of 48x48 and give the six
    ///   shares in their order, as what is learnt from does.
    public init(_ path: String) throws {
        let bytes = try Self.contents(path)
        let model: Model
        do throws(ModelError) {
            model = try Model(onnx: bytes)
        } catch { throw DataError("\(path): cannot start from this network: \(error)") }
        let checked = try ExpressionModel(model, from: path)
        guard checked.isOfOurKind, model.graph.nodes.last?.operation == "Softmax" else {
            throw DataError("\(path): cannot start from this network: \(Self.demand)")
        }
        var graph = model.graph
        graph.name = checked.name
        (self.graph, normalisation) = (graph, checked.normalisation)
        name = Teachers.name(checked, contents: bytes)
    }
}
