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
    /// For pictures of another size than the network's.
    private var resampler = Resampler()
    /// Faces that are in the context's input.
    private var waiting = 0

    public init(_ model: ExpressionModel) throws(VisionError) {
        self.model = model
        do {
            context = try InferenceContext(model.network)
        } catch {
            throw VisionError("cannot run the model \(model.name): \(error)")
        }
        pixels = .allocate(capacity: model.picture.width * model.picture.height)
    }

    deinit { pixels.deallocate() }

    /// Forgets all faces.
    public mutating func begin() {
        answers.removeAll(keepingCapacity: true)
        waiting = 0
    }

    /// Adds the face in `region` of `picture`.
    public mutating func add(_ region: Region, of picture: PlaneView) throws(VisionError) {
        cropper.crop(region, of: picture, into: pixels, width: model.picture.width, height: model.picture.height)
        try addSized(UnsafeBufferPointer(pixels))
    }

    /// Adds a face's picture: 48x48 samples; of any other number it throws.
    public mutating func add(_ picture: UnsafeBufferPointer<UInt8>) throws(VisionError) {
        let side = FacePicture.side
        guard picture.count == side * side, let base = picture.baseAddress, let room = pixels.baseAddress else {
            throw VisionError("a face's picture has \(side)x\(side) samples, and not \(picture.count) in all")
        }
        guard (model.picture.width, model.picture.height) != (side, side) else { return try addSized(picture) }
        let view = PlaneView(base: base, width: side, height: side, stride: side)
        resampler.resample(
            view, region: Region(view.bounds), into: room, width: model.picture.width, height: model.picture.height,
            stride: model.picture.width)
        try addSized(UnsafeBufferPointer(pixels))
    }

    /// Adds a face's picture in the network's size.
    private mutating func addSized(_ picture: UnsafeBufferPointer<UInt8>) throws(VisionError) {
        FacePicture.normalise(
            picture, into: context.input(waiting), of: model.picture, as: model.normalisation)
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
            // What the network gives to other classes is shared out among the six.
            let sum = model.addsUp ? 1 : ordered.sum()
            // Of which nothing may be left where it is sure enough of another.
            if sum == 0 { for index in model.places.indices { ordered[index] = 1 / Float(model.places.count) } }
            let answer = sum > 0 ? ordered / sum : ordered
            guard answer.sum().isFinite else {
                throw VisionError(
                    "the model \(model.name) answers with what is no number: its weights or its normalisation must be wrong"
                )
            }
            answers.append(Probabilities(shares: answer))
        }
        waiting = 0
    }
}
