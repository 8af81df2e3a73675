/// Why a run could not begin, or ended before its source did. What had been found by then was written.
public enum PipelineError: Error, CustomStringConvertible, Sendable {
    /// The input gives no frames, or no more of them.
    case source(CaptureError)
    /// The cascade or the network can't be used.
    case vision(VisionError)
    /// Results can't be written.
    case sink(SinkError)

    public var description: String {
        switch self {
        case .source(let error): error.description
        case .vision(let error): error.description
        case .sink(let error): error.description
        }
    }
}
