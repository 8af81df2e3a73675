import MienNN

/// Which pictures a training keeps back to choose its best epoch by.
public struct KeptBack: Equatable, Sendable {
    /// What is learnt from, as models' files call it.
    let data: String
    let share: String
    let seed: String

    /// What a run of `recipe` from `data` keeps back.
    public init(_ recipe: Recipe, of data: String) {
        (self.data, share, seed) = (data, "\(recipe.validationShare)", "\(recipe.seed)")
    }

    /// What the training kept back that made the network at `path` (or `StartingNetwork.builtIn`); nil where its file
    /// doesn't say.
    public init?(network path: String) throws {
        let metadata = try Model(onnx: StartingNetwork.contents(path)).metadata
        let lines = metadata["mien.recipe"]?.split(separator: "\n") ?? []
        let key = "validation share: "
        guard let data = metadata["mien.data"], let seed = metadata["mien.seed"],
            let share = lines.first(where: { $0.hasPrefix(key) })?.dropFirst(key.count)
        else { return nil }
        (self.data, self.share, self.seed) = (data, String(share), seed)
    }

    /// What is wrong with learning from the network that kept back this where `other` is kept back; nil: nothing.
    public func fault(beside other: KeptBack) -> String? {
        guard data == other.data, self != other else { return nil }
        return
            "it kept back other pictures (--validation \(share) --seed \(seed)), and has learnt from some of those that "
            + "the best epoch is chosen and calibrated by now: give the same, or the scores will be too good"
    }
}
