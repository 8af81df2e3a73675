public import MienImage
import MienNN

/// Says which expression faces show. Faces are added one by one and go through the network several at a time; what it
/// says of one doesn't depend on the others.
///
/// Keeps its working memory; one thread at a time.
public struct ExpressionClassifier: ~Copyable {
    /// What the network says of each face that was added since `begin`, in that order. Complete after `finish`.
    public private(set) var answers: [Probabilities] = []

    private let model: ExpressionModel
    private let context: InferenceContext
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    private var cropper = FaceCropper()
    /// Faces that are in the context's input.
    private var waiting = 0

    public init(_ model: ExpressionModel) throws(VisionError) {
        self.model = model
        do {
            context = try InferenceContext(model.network)
        } catch {
            throw VisionError("cannot run the model \(model.name): \(error)")
        }
        pixels = .allocate(capacity: FacePicture.pixelCount)
    }

    deinit { pixels.deallocate() }

    /// Forgets all faces.
    public mutating func begin() {
        answers.removeAll(keepingCapacity: true)
        waiting = 0
    }

    /// Adds the face in `region` of `picture`.
    public mutating func add(_ region: Region, of picture: PlaneView) throws(VisionError) {
        cropper.crop(region, of: picture, into: pixels)
        try add(UnsafeBufferPointer(pixels))
    }

    /// Adds a face's picture: 48x48 samples.
    public mutating func add(_ picture: UnsafeBufferPointer<UInt8>) throws(VisionError) {
        FacePicture.normalise(picture, into: context.input(waiting), as: model.normalisation)
        waiting += 1
        if waiting == context.maximumBatch { try finish() }
    }

    /// Completes `answers`.
    public mutating func finish() throws(VisionError) {
        do {
            try context.run(count: waiting)
        } catch {
            throw VisionError("cannot run the model \(model.name): \(error)")
        }
        for face in 0..<waiting {
            let shares = context.output(face)
            // No `map`: its closure would be a piece of memory for each face.
            var ordered = SIMD8<Float>.zero
            for (index, place) in model.places.enumerated() { ordered[index] = shares[place] }
            answers.append(Probabilities(shares: ordered))
        }
        waiting = 0
    }
}
