public import MienVision

/// How well a network's answers agree with a data set's labels.
public struct Evaluation: Sendable {
    /// Pictures of each true class (rows) by the class that the network answered (columns), in the order of the six.
    public private(set) var confusion = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    private var bins = [Bin](repeating: Bin(), count: binCount)

    private static let classCount = MienVision.Expression.allCases.count
    /// Bins of equal width over the confidence, as in Guo et al., On Calibration of Modern Neural Networks, 2017.
    private static let binCount = 15

    private struct Bin {
        var count = 0
        var right = 0
        var confidence = 0.0
    }

    public init() {}

    public mutating func add(_ answer: Probabilities, label: MienVision.Expression) {
        confusion[label.rawValue][answer.label.rawValue] += 1
        // A damaged network may answer with what is no number.
        let confidence = answer.confidence.isFinite ? Double(answer.confidence) : 0
        // A bin is open below and closed above, so that a confidence of 1 falls into the last.
        let bin = min(max(Int((confidence * Double(Self.binCount)).rounded(.up)) - 1, 0), Self.binCount - 1)
        bins[bin].count += 1
        bins[bin].right += answer.label == label ? 1 : 0
        bins[bin].confidence += confidence
    }

    /// How many pictures there were.
    public var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }

    /// The share of right answers.
    public var accuracy: Double { ratio(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }, count) }

    /// The share of right answers among the pictures of each class, or nil for a class without any.
    public var recall: [Double?] {
        confusion.indices.map { row in
            let total = confusion[row].reduce(0, +)
            return total > 0 ? ratio(confusion[row][row], total) : nil
        }
    }

    /// The share of right answers among the times that each class was the answer, or nil where it never was.
    public var precision: [Double?] {
        confusion.indices.map { column in
            let total = confusion.reduce(0) { $0 + $1[column] }
            return total > 0 ? ratio(confusion[column][column], total) : nil
        }
    }

    /// The mean of the recalls of the classes that there are.
    public var macroRecall: Double {
        let known = recall.compactMap(\.self)
        return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    }

    /// Answers by confidence, in bins of equal width from 0 to 1: how many, their mean confidence, and the share of them
    /// that is right; 0 for bins without any.
    public var reliability: [(count: Int, confidence: Double, accuracy: Double)] {
        bins.map { bin in
            let count = Double(max(bin.count, 1))
            return (bin.count, bin.confidence / count, Double(bin.right) / count)
        }
    }

    /// How far confidence and share of right answers lie apart: the mean over the bins, weighted by their pictures.
    public var expectedCalibrationError: Double {
        let apart = bins.reduce(0.0) { $0 + abs(Double($1.right) - $1.confidence) }
        return count > 0 ? apart / Double(count) : 0
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
}
