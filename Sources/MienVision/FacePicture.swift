/// The picture of one face that a network sees: 48x48 luma, upright, and how its samples become numbers.
///
/// Training and use both come through here, so that they can't differ.
public enum FacePicture {
    /// Width and height in pixels: FER2013's.
    public static let side = 48
    public static let pixelCount = side * side

    /// How samples of 0 to 255 become a network's input. A model names its own in its metadata.
    public enum Normalisation: String, CaseIterable, Sendable {
        /// Zero mean and unit variance within each picture: what is left of dim and of glaring light is the face.
        case standard
        /// Divided by 255.
        case unit

        /// The metadata key of a model's ONNX file.
        public static let metadataKey = "mien.normalisation"
    }

    /// Fills `input` with the normalised samples of `pixels`; as many as both have room for.
    ///
    /// A picture of a single grey gives zeros as `.standard`. Allocates nothing.
    public static func normalise(
        _ pixels: UnsafeBufferPointer<UInt8>, into input: UnsafeMutableBufferPointer<Float>,
        as normalisation: Normalisation
    ) {
        let count = min(pixels.count, input.count)
        guard count > 0 else { return }
        let (scale, shift): (Float, Float)
        switch normalisation {
        case .unit: (scale, shift) = (1 / 255, 0)
        case .standard: (scale, shift) = standardisation(of: UnsafeBufferPointer(rebasing: pixels[..<count]))
        }
        for index in 0..<count { input[index] = Float(pixels[index]) * scale + shift }
    }

    /// What each sample is multiplied by, and what is then added, for zero mean and unit variance.
    private static func standardisation(of pixels: UnsafeBufferPointer<UInt8>) -> (scale: Float, shift: Float) {
        // Whole numbers are exact whatever the order of addition, so that every machine gets the same bits.
        // 48x48 squares of 255 fit into 32 bits, which vectorises; sums over more samples would not.
        var (sum, squares) = (UInt64(0), UInt64(0))
        for start in stride(from: 0, to: pixels.count, by: pixelCount) {
            var (rowSum, rowSquares) = (UInt32(0), UInt32(0))
            for pixel in pixels[start..<min(start + pixelCount, pixels.count)] {
                let value = UInt32(pixel)
                rowSum &+= value
                rowSquares &+= value &* value
            }
            sum += UInt64(rowSum)
            squares += UInt64(rowSquares)
        }
        let mean = Double(sum) / Double(pixels.count)
        let variance = max(0, Double(squares) / Double(pixels.count) - mean * mean)
        // Below one grey step there is noise alone: don't blow it up.
        let scale = 1 / max(variance.squareRoot(), 1)
        return (Float(scale), Float(-mean * scale))
    }
}
