import MienImage
public import MienNN
public import MienVision

/// Runs a detector's network over pictures of any size; one thread at a time.
public struct DetectorRunner: ~Copyable {
    private let model: Model
    private var decoder: DetectionDecoder
    private var size = (width: 0, height: 0)
    private var context: InferenceContext?
    private var faces: [DetectedFace] = []

    public init(_ model: Model, lowestScore: Float) throws(ModelError) {
        guard model.graph.outputs.count == DetectorCell.strides.count else {
            throw ModelError(
                .unsupported,
                "\(model.name): it has \(model.graph.outputs.count) outputs; a detector that mien train-detector writes has "
                    + "\(DetectorCell.strides.count)")
        }
        self.model = model
        decoder = DetectionDecoder(lowestScore: lowestScore)
    }

    /// The faces in `width` x `height` levels of 0 to 255, in their pixels: the best first.
    public mutating func find(
        _ pixels: UnsafeMutableBufferPointer<Float>, width: Int, height: Int
    ) throws(ModelError) -> [DetectedFace] {
        let padded = (width: (width + 31) / 32 * 32, height: (height + 31) / 32 * 32)
        if context == nil || size != padded {
            context = try InferenceContext(
                Network(model, pictureSize: (height: padded.height, width: padded.width)), maximumBatch: 1)
            size = padded
        }
        guard let context else { return [] }
        let input = context.input(0)
        // What lies beyond the picture is black.
        for index in input.indices { input[index] = -1 }
        for y in 0..<height {
            for x in 0..<width { input[y * padded.width + x] = pixels[y * width + x] * (1 / 127.5) - 1 }
        }
        try context.run(count: 1)
        let outputs = DetectorCell.strides.indices.map { index in
            let stride = DetectorCell.strides[index]
            return DetectionDecoder.Output(
                stride: stride, width: padded.width / stride, height: padded.height / stride,
                values: context.output(0, index))
        }
        decoder.decode(outputs, into: &faces)
        return faces
    }
}
