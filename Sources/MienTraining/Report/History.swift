// How a network came about, epoch by epoch: kept in its file, for reports.
extension EpochScore {
    /// The metadata key of a model's ONNX file: a line for each epoch.
    public static let metadataKey = "mien.history"

    /// Loss of what is learnt from, then loss, accuracy and macro recall of what is kept back.
    static func text(_ history: [EpochScore]) -> String {
        history.map { $0.numbers.map { Evaluation.fixed($0, 4) }.joined(separator: ",") }.joined(separator: "\n")
    }

    /// The epochs in a model's metadata, or else those in the checkpoint beside its file; empty where neither has any.
    public static func history(metadata: [String: String], modelFile: String?) -> [EpochScore] {
        if let text = metadata[metadataKey] {
            return text.split(separator: "\n").compactMap { line in
                let numbers = line.split(separator: ",").compactMap { Double($0) }
                return numbers.count == width ? EpochScore(numbers) : nil
            }
        }
        guard let modelFile, let checkpoint = try? Checkpoint.read(modelFile + ".checkpoint") else { return [] }
        return checkpoint.history
    }
}
