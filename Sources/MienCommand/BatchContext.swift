import Mien
import MienOutput

/// What the files of each input's own have to know of the run that makes them.
final class BatchContext {
    /// Looked up when the first of them asks.
    private(set) lazy var provenance = pipeline.provenance
    let settings: OutputSettings
    let leftovers: Leftovers
    let life = SignsOfLife()
    let isQuiet: Bool
    private let pipeline: Pipeline

    init(_ pipeline: Pipeline, _ settings: OutputSettings, isQuiet: Bool) {
        (self.pipeline, self.settings) = (pipeline, settings)
        self.isQuiet = isQuiet
        leftovers = Leftovers(isQuiet: isQuiet)
    }
}
