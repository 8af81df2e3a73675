import Glibc
public import MienNN
public import MienVision
import Synchronization

extension Evaluation {
    /// What a network answers to each of `pictures`, against their labels.
    ///
    /// - Returns: the scores, and the mean cross entropy with the labels.
    /// - Throws: where the network can't be run, or doesn't take faces of 48x48 and give the six classes.
    public static func of(
        _ model: Model, pictures: PictureSet, threads: Int
    ) throws(ModelError) -> (evaluation: Evaluation, loss: Double) {
        let answers = try answers(of: model, to: pictures, threads: threads)
        var (evaluation, loss) = (Evaluation(), 0.0)
        for (answer, label) in zip(answers, pictures.labels) {
            evaluation.add(answer, label: label)
            loss -= Double(logf(max(answer[label], .leastNormalMagnitude)))
        }
        return (evaluation, loss / Double(max(pictures.count, 1)))
    }

    /// What a network answers to each of `pictures`: in their order, whatever the number of threads.
    public static func answers(
        of model: Model, to pictures: PictureSet, threads: Int
    ) throws(ModelError) -> [Probabilities] {
        let network = try Network(model)
        let classes = MienVision.Expression.allCases.count
        guard network.inputShape == [1, FacePicture.side, FacePicture.side], network.outputCount == classes else {
            throw ModelError(
                .unsupported,
                "\(model.name): it takes \(network.inputShape) and gives \(network.outputCount) numbers, "
                    + "but faces are [1, 48, 48] and there are \(classes) expressions")
        }
        let normalisation =
            model.metadata[FacePicture.Normalisation.metadataKey].flatMap(FacePicture.Normalisation.init) ?? .standard
        let batch = 16
        let blocks = (pictures.count + batch - 1) / batch
        let team = WorkerTeam(min(threads, max(blocks, 1)))
        var all: [InferenceContext] = []
        for _ in 0..<team.count { all.append(try InferenceContext(network, maximumBatch: batch)) }
        let contexts = Contexts(all: all)
        let results = Mutex([Probabilities](repeating: Probabilities([]), count: pictures.count))
        let failure = Mutex<ModelError?>(nil)
        team.forEach(blocks) { worker, block in
            let context = contexts.all[worker]
            let range = (block * batch)..<min((block + 1) * batch, pictures.count)
            for (row, index) in range.enumerated() {
                pictures.withPicture(index) {
                    FacePicture.normalise($0, into: context.input(row), as: normalisation)
                }
            }
            do throws(ModelError) {
                try context.run(count: range.count)
                results.withLock { results in
                    for (row, index) in range.enumerated() { results[index] = Probabilities(context.output(row)) }
                }
            } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock(\.self) { throw failure }
        return results.withLock(\.self)
    }

    private struct Contexts: @unchecked Sendable {  // safe: each worker uses only its own
        var all: [InferenceContext]
    }
}
