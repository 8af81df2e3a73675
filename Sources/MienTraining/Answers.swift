import Glibc
public import MienNN
public import MienVision
import Synchronization

extension Evaluation {
    /// What a network answered against the labels.
    public init(_ answers: [Probabilities], labels: [MienVision.Expression]) {
        self.init()
        for (answer, label) in zip(answers, labels) { add(answer, label: label) }
    }

    /// What a network answers to each of `pictures`, against their labels.
    ///
    /// - Returns: the scores, and the mean cross entropy with the labels.
    /// - Throws: where the network can't be run, or doesn't take faces of 48x48 and give the six classes.
    public static func of(
        _ model: Model, pictures: PictureSet, threads: Int
    ) throws(ModelError) -> (evaluation: Evaluation, loss: Double) {
        let answers = try answers(of: model, to: pictures, threads: threads)
        let loss = zip(answers, pictures.labels).reduce(0.0) { sum, pair in
            sum - Double(logf(max(pair.0[pair.1], .leastNormalMagnitude)))
        }
        return (Evaluation(answers, labels: pictures.labels), loss / Double(max(pictures.count, 1)))
    }

    /// What a model answers to each of `pictures`: in their order, whatever the number of threads.
    public static func answers(
        of model: Model, to pictures: PictureSet, threads: Int
    ) throws(ModelError) -> [Probabilities] {
        do throws(VisionError) {
            return try answers(of: ExpressionModel(model, from: model.name), to: pictures, threads: threads)
        } catch { throw ModelError(.unsupported, error.description) }
    }

    /// What a network answers to each of `pictures`: in their order, whatever the number of threads.
    ///
    /// - Parameter flipping: also asks about the mirrored picture, and answers with the mean of both.
    public static func answers(
        of network: ExpressionModel, to pictures: PictureSet, threads: Int, flipping: Bool = false
    ) throws(VisionError) -> [Probabilities] {
        guard !flipping else {
            let plain = try answers(of: network, to: pictures, threads: threads)
            let mirrored = try answers(of: network, to: pictures.mirrored, threads: threads)
            return zip(plain, mirrored).map { one, other in
                Probabilities(MienVision.Expression.allCases.map { (one[$0] + other[$0]) / 2 })
            }
        }
        let block = 256
        let blocks = (pictures.count + block - 1) / block
        let results = Mutex([Int: [Probabilities]]())
        let failure = Mutex<VisionError?>(nil)
        let next = Atomic(0)
        // Each worker has its classifier, and takes one block after the other.
        WorkerTeam(min(threads, max(blocks, 1))).run { _ in
            do throws(VisionError) {
                var classifier = try ExpressionClassifier(network)
                while true {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    if number >= blocks { return }
                    classifier.begin()
                    for index in (number * block)..<min((number + 1) * block, pictures.count) {
                        try pictures.withPicture(index) { picture throws(VisionError) in try classifier.add(picture) }
                    }
                    try classifier.finish()
                    let answers = classifier.answers
                    results.withLock { $0[number] = answers }
                }
            } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock(\.self) { throw failure }
        return results.withLock { results in (0..<blocks).flatMap { results[$0] ?? [] } }
    }

    /// The names of the columns of answers as CSV.
    public static let csvHeader =
        "label,answer,confidence," + MienVision.Expression.allCases.map(\.name).joined(separator: ",")

    /// Answers as CSV: `label,answer,confidence` and the six probabilities, a row for each picture.
    public static func csv(_ answers: [Probabilities], labels: [MienVision.Expression]) -> String {
        let classes = MienVision.Expression.allCases
        let rows = zip(answers, labels).map { answer, label in
            "\(label.name),\(answer.label.name),\(answer.confidence),"
                + classes.map { "\(answer[$0])" }.joined(separator: ",")
        }
        return ([csvHeader] + rows).joined(separator: "\n") + "\n"
    }
}
