import Glibc
public import MienNN
public import MienVision
import Synchronization

extension Evaluation {
    /// What a network answers to each of `pictures`, against their labels.
    ///
    /// - Parameter normalisation: how the network was trained to see pictures.
    /// - Returns: the scores, and the mean cross entropy with the labels.
    public static func of(
        model: Graph, normalisation: FacePicture.Normalisation, pictures: PictureSet, threads: Int
    ) throws(ModelError) -> (evaluation: Evaluation, loss: Double) {
        let answers = try answers(of: model, normalisation: normalisation, to: pictures, threads: threads)
        var (evaluation, loss) = (Evaluation(), 0.0)
        for (answer, label) in zip(answers, pictures.labels) {
            evaluation.add(answer, label: label)
            loss -= Double(logf(max(answer[label], .leastNormalMagnitude)))
        }
        return (evaluation, loss / Double(max(pictures.count, 1)))
    }

    static func answers(
        of model: Graph, normalisation: FacePicture.Normalisation, to pictures: PictureSet, threads: Int
    ) throws(ModelError) -> [Probabilities] {
        let forward = try TemporaryForward(model, batch: 16)
        var result: [Probabilities] = []
        for start in stride(from: 0, to: pictures.count, by: 16) {
            let range = start..<min(start + 16, pictures.count)
            for index in range {
                pictures.withPicture(index) {
                    let row = index - start
                    FacePicture.normalise(
                        $0,
                        into: UnsafeMutableBufferPointer(
                            rebasing: forward.input[
                                (row * FacePicture.pixelCount)..<((row + 1) * FacePicture.pixelCount)]),
                        as: normalisation)
                }
            }
            let out = try forward.run()
            for row in 0..<range.count { result.append(Probabilities(out[(row * 6)..<(row * 6 + 6)])) }
        }
        return result
    }
}
