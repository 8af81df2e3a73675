import MienNN
public import MienVision
import Synchronization

/// Networks that another one learns from, beside the labels: one or several, of any architecture.
///
/// They are shown exactly what it is shown, changed and mixed. So each picture has ever new answers to learn from, and not
/// only those to pictures that the teachers know by heart. Beyer et al.: Knowledge Distillation: A Good Teacher Is Patient
/// and Consistent, 2022.
///
/// What is to be learnt is their mean answer to a picture and to its mirror image. Each time a picture comes, one of them is
/// asked about one of the two, by chance: over the epochs that comes to the same, and takes a fraction of the time.
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

    /// Gives one teacher's answer to the picture or to its mirror image, as `generator` says, a share of the target (6), whose
    /// sum stays what it is.
    ///
    /// - Parameter picture: 48x48, as it is learnt from.
    func teach(
        _ picture: UnsafeMutableBufferPointer<Float>, _ target: UnsafeMutableBufferPointer<Float>, share: Float,
        _ generator: SplitMix64
    ) throws(ModelError) {
        let contexts = if let made = free.withLock({ $0.popLast() }) { made } else { try makeContexts() }
        defer { free.withLock { $0.append(contexts) } }
        var generator = generator
        let choice = generator.integer(in: 0...2 * networks.count - 1)
        let context = contexts.all[choice / 2]
        Self.write(picture, isMirrored: choice % 2 == 1, to: context.input)
        try context.run(count: 1)
        let answer = context.output(0)
        let total = target.reduce(0, +)
        for index in target.indices { target[index] += share * (total * answer[index] - target[index]) }
    }

    private func makeContexts() throws(ModelError) -> Contexts {
        Contexts(
            all: try networks.map { network throws(ModelError) in try InferenceContext(network, maximumBatch: 1) })
    }

    private static func write(
        _ picture: UnsafeMutableBufferPointer<Float>, isMirrored: Bool, to input: UnsafeMutableBufferPointer<Float>
    ) {
        guard isMirrored else {
            _ = input.update(from: picture)
            return
        }
        let side = FacePicture.side
        for row in stride(from: 0, to: picture.count, by: side) {
            for column in 0..<side { input[row + column] = picture[row + side - 1 - column] }
        }
    }

    /// How a recipe names the network in a file of those `contents`.
    static func name(_ network: ExpressionModel, contents: [UInt8]) -> String {
        Fingerprint.named(network.name, contents)
    }
}
