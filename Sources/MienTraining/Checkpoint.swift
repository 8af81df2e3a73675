import Glibc
import MienSystem

/// A run between two steps: all that is needed to go on as if it had never been interrupted.
///
/// Everything of chance follows from the recipe's seed, the epoch, the step and the picture, so that these are its state.
struct Checkpoint: Equatable {
    /// The recipe's text and a line about the data: another run's checkpoint is refused.
    var run = ""
    /// Epochs done, and steps of the one after them.
    var epoch = 0
    var step = 0
    /// Sum of the losses of those steps.
    var lossSum = 0.0
    /// Of each epoch that is done.
    var history: [EpochScore] = []
    /// The epoch whose parameters are in `best`.
    var bestEpoch = 0
    var best: [Float] = []
    var parameters: [Float] = []
    var optimiserSteps = 0
    var optimiserState: [[Float]] = []

    private static let magic = Array("mien checkpoint 1\n".utf8)

    // MARK: Bytes

    var bytes: [UInt8] {
        var out = Self.magic
        func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { out += $0 } }
        func append(_ values: [Float]) {
            append(values.count)
            values.withUnsafeBytes { out += $0 }
        }
        append(run.utf8.count)
        out += run.utf8
        for value in [epoch, step, bestEpoch, optimiserSteps] { append(value) }
        append(lossSum.bitPattern)
        append(history.count)
        for score in history { score.numbers.forEach { append($0.bitPattern) } }
        append(best)
        append(parameters)
        append(optimiserState.count)
        optimiserState.forEach { append($0) }
        return out
    }

    /// Nil where the bytes are no checkpoint, or only a part of one.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic) else { return nil }
        var position = Self.magic.count
        var isWhole = true
        func take(_ count: Int) -> ArraySlice<UInt8> {
            guard count >= 0, count <= bytes.count - position else {
                isWhole = false
                return []
            }
            defer { position += count }
            return bytes[position..<(position + count)]
        }
        func word() -> UInt64 { take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        func integer() -> Int { Int(truncatingIfNeeded: word()) }
        func floats() -> [Float] {
            let count = integer()
            guard count >= 0, count <= bytes.count / 4 else {
                isWhole = false
                return []
            }
            let raw = take(count * 4)
            return raw.withUnsafeBytes { raw in
                (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            }
        }
        run = String(decoding: take(integer()), as: UTF8.self)
        (epoch, step, bestEpoch, optimiserSteps) = (integer(), integer(), integer(), integer())
        lossSum = Double(bitPattern: word())
        let epochs = integer()
        guard (0...bytes.count).contains(epochs) else { return nil }
        for _ in 0..<epochs where isWhole {
            history.append(EpochScore((0..<EpochScore.width).map { _ in Double(bitPattern: word()) }))
        }
        best = floats()
        parameters = floats()
        let arrays = integer()
        guard (0...3).contains(arrays) else { return nil }
        optimiserState = (0..<arrays).map { _ in floats() }
        guard isWhole, position == bytes.count, isSound else { return nil }
    }

    /// Whether its parts go together. What they must fit besides is for the run to say.
    private var isSound: Bool {
        epoch == history.count && step >= 0 && optimiserSteps >= 0 && (0...epoch).contains(bestEpoch)
            && (bestEpoch == 0) == (epoch == 0) && (bestEpoch == 0 ? best.isEmpty : best.count == parameters.count)
            && optimiserState.allSatisfy { $0.count == parameters.count }
    }

    init() {}

    // MARK: Files

    func write(to path: String) throws(DataError) { try File.replace(path, with: bytes) }

    /// Nil where there is no such file.
    static func read(_ path: String) throws(DataError) -> Checkpoint? {
        if access(path, F_OK) != 0, errno == ENOENT { return nil }
        guard let checkpoint = Checkpoint(try File.read(path)) else {
            throw DataError("\(path): this is no checkpoint, or only a part of one; remove it to start afresh")
        }
        return checkpoint
    }
}

/// How one epoch went.
public struct EpochScore: Sendable, Equatable {
    /// Mean over the epoch's steps, of pictures as changed by augmentation.
    public var trainingLoss: Double
    /// Of the pictures kept back.
    public var validationLoss: Double
    public var validationAccuracy: Double
    public var validationMacroRecall: Double

    static let width = 4
    var numbers: [Double] { [trainingLoss, validationLoss, validationAccuracy, validationMacroRecall] }

    init(_ numbers: [Double]) {
        (trainingLoss, validationLoss) = (numbers[0], numbers[1])
        (validationAccuracy, validationMacroRecall) = (numbers[2], numbers[3])
    }
}
