import MienNN
public import MienVision
import Synchronization

/// Networks that another one learns from, beside the labels: one or several, of any architecture.
///
/// They are shown exactly what it is shown, changed and mixed, and asked about its mirror image too. So each picture has
/// ever new answers to learn from, and not only those to pictures that the teachers know by heart. Beyer et al.: Knowledge
/// Distillation: A Good Teacher Is Patient and Consistent, 2022.
public final class Teachers: Sendable {
    /// How a recipe names them, each with a fingerprint: others are other teachers.
    public let names: [String]
    private let networks: [Network]
    /// Sets of contexts, one for each network, that no worker is using.
    private let free = Mutex<[Contexts]>([])

    private struct Contexts: @unchecked Sendable {  // safe: whoever has taken one out of `free` is alone with it
        var all: [InferenceContext]
    }

    /// - Parameters:
    ///   - paths: ONNX files, or `StartingNetwork.builtIn`.
    ///   - normalisation: of what is learnt from, which is the teachers' too.
    /// - Throws: `DataError` where a file can't be read, or its network doesn't take a grey picture of 48x48 so normalised
    ///   and give the six shares in their order.
    public init(_ paths: [String], normalisation: FacePicture.Normalisation) throws {
        var (names, networks) = ([String](), [Network]())
        for path in paths {
            let model = try ExpressionModel(file: path == StartingNetwork.builtIn ? nil : path)
            guard model.isOfOurKind, model.normalisation == normalisation else {
                throw DataError(
                    "\(path): cannot learn from this network: "
                        + (model.isOfOurKind
                            ? "it has learnt with --normalisation \(model.normalisation.rawValue), which must be the same"
                            : StartingNetwork.demand))
            }
            names.append(Self.name(model, contents: try StartingNetwork.contents(path)))
            networks.append(model.network)
        }
        (self.names, self.networks) = (names, networks)
    }

    /// Gives the teachers' mean answer to each picture of `input` (N x 48 x 48) and its mirror image a share of its
    /// `targets` (N x 6), whose sums stay what they are.
    func teach(
        _ input: UnsafeMutableBufferPointer<Float>, _ targets: UnsafeMutableBufferPointer<Float>, share: Float
    ) throws(ModelError) {
        let contexts = if let made = free.withLock({ $0.popLast() }) { made } else { try makeContexts() }
        defer { free.withLock { $0.append(contexts) } }
        for row in 0..<input.count / FacePicture.pixelCount {
            let picture = UnsafeMutableBufferPointer(rebasing: input[Samples.inputRange(row)])
            let target = UnsafeMutableBufferPointer(rebasing: targets[Samples.targetRange(row)])
            let total = target.reduce(0, +)
            for index in target.indices { target[index] *= 1 - share }
            let part = share * total / Float(2 * networks.count)
            for context in contexts.all {
                Self.write(picture, andMirroredTo: context)
                try context.run(count: 2)
                for view in 0..<2 {
                    let answer = context.output(view)
                    for index in target.indices { target[index] += part * answer[index] }
                }
            }
        }
    }

    private func makeContexts() throws(ModelError) -> Contexts {
        Contexts(
            all: try networks.map { network throws(ModelError) in try InferenceContext(network, maximumBatch: 2) })
    }

    private static func write(_ picture: UnsafeMutableBufferPointer<Float>, andMirroredTo context: InferenceContext) {
        let (plain, mirrored, side) = (context.input(0), context.input(1), FacePicture.side)
        _ = plain.update(from: picture)
        for row in stride(from: 0, to: picture.count, by: side) {
            for column in 0..<side { mirrored[row + column] = picture[row + side - 1 - column] }
        }
    }

    /// How a recipe names the network in a file of those `contents`.
    static func name(_ network: ExpressionModel, contents: [UInt8]) -> String {
        let hash = contents.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(network.name) \(String(hash, radix: 16))"
    }
}
