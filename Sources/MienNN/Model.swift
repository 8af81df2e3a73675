/// A network with what is known about it: the contents of an ONNX file.
public struct Model: Equatable, Sendable {
    public var graph: Graph
    /// Facts that the graph doesn't hold, as ONNX's `metadata_props`: class names, normalisation, temperature.
    public var metadata: [String: String]
    /// The program that made it, and its version.
    public var producer: String

    public init(graph: Graph, metadata: [String: String] = [:], producer: String = "mien") {
        self.graph = graph
        self.metadata = metadata
        self.producer = producer
    }

    /// What people call it.
    public var name: String { graph.name }
}
