import CMienAssets
import Glibc
public import MienImage
public import MienNN

/// The network that says how a face lies to a region taken for it. Never changes: any number of threads share one.
public struct AlignerModel: Sendable {
    let network: Network

    /// The one in the binary, models/aligner.onnx. Read when it is first needed.
    static let standard = Result { () throws(ModelError) in
        let asset = mien_asset_aligner
        return try AlignerModel(Model(onnx: UnsafeRawBufferPointer(start: asset.bytes, count: asset.count)))
    }

    /// What tells the one in the binary from those of other builds.
    package static var standardFingerprint: UInt64 {
        Fingerprint.of(words: UnsafeRawBufferPointer(start: mien_asset_aligner.bytes, count: mien_asset_aligner.count))
    }

    /// One as just trained.
    public init(_ model: Model) throws(ModelError) {
        network = try Network(model)
        guard network.inputShape == [1, Alignment.side, Alignment.side],
            network.outputCount == Alignment.answerCount * Alignment.binCount
        else { throw ModelError(.invalid, "\(model.name): this network does not align faces") }
    }
}

/// Looks at a region of a picture and says how the face in it lies, for a small part of what the cascade takes.
///
/// Keeps its working memory; one thread at a time.
public final class FaceAligner {
    private let context: InferenceContext
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    private var resampler = Resampler()

    /// Reads the network in the binary, unless that is done already: on another thread, so that the first is there sooner.
    package static func prepare() { _ = AlignerModel.standard }

    /// - Parameter model: nil for the one in the binary.
    public init(_ model: AlignerModel? = nil) throws(VisionError) {
        do {
            let model = try model ?? AlignerModel.standard.get()
            context = try InferenceContext(model.network, maximumBatch: 1)
        } catch {
            throw VisionError("cannot run the network that follows faces: \(error)")
        }
        pixels = .allocate(capacity: Alignment.side * Alignment.side)
    }

    deinit { pixels.deallocate() }

    /// How the face lies to `region`, a square; nobody looks beyond `Alignment.margin` of it. Allocates nothing.
    public func look(at region: Region, in picture: PlaneView) throws(VisionError) -> Alignment {
        guard let base = pixels.baseAddress else { return Alignment(faceness: 0) }
        let side = region.width * Alignment.margin
        let seen = Region(x: region.centreX - side / 2, y: region.centreY - side / 2, width: side, height: side)
        resampler.resample(
            picture, region: seen, into: base, width: Alignment.side, height: Alignment.side, stride: Alignment.side)
        FacePicture.normalise(UnsafeBufferPointer(pixels), into: context.input, as: .standard)
        do {
            try context.run(count: 1)
        } catch {
            throw VisionError("cannot run the network that follows faces: \(error)")
        }
        return Alignment(logits: context.output(0))
    }
}

extension Region {
    /// The face that lies to this region as `alignment` says.
    func aligned(by alignment: Alignment) -> Region {
        let size = width * exp(Double(alignment.growth))
        let (x, y) = (
            centreX + Double(alignment.right) * width, centreY + Double(alignment.down) * width
        )
        return Region(x: x - size / 2, y: y - size / 2, width: size, height: size)
    }
}
