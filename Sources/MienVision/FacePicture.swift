import MienNN

/// The picture of one face that a network sees: 48x48 luma, upright, and how its samples become numbers.
///
/// Training and use both come through here, so that they can't differ.
public enum FacePicture {
    /// Width and height in pixels: FER2013's.
    public static let side = 48
    public static let pixelCount = side * side

    /// Fills `input` with the normalised samples of `pixels`; as many as both have room for.
    ///
    /// A picture of a single grey gives zeros as `.standard`. Allocates nothing.
    public static func normalise(
        _ pixels: UnsafeBufferPointer<UInt8>, into input: UnsafeMutableBufferPointer<Float>,
        as normalisation: Normalisation
    ) {
        let count = min(pixels.count, input.count)
        guard count > 0 else { return }
        let (scale, shift) = factors(of: normalisation, UnsafeBufferPointer(rebasing: pixels[..<count]), channel: 0)
        for index in 0..<count { input[index] = Float(pixels[index]) * scale + shift }
    }

    /// Fills `input` with a picture as a network of `shape` takes it: all channels have the grey of `pixels`, each
    /// normalised as its own. As many samples as the shape has pixels. Allocates nothing.
    static func normalise(
        _ pixels: UnsafeBufferPointer<UInt8>, into input: UnsafeMutableBufferPointer<Float>, of shape: PictureShape,
        as normalisation: Normalisation
    ) {
        if shape.channels == 1 { return normalise(pixels, into: input, as: normalisation) }
        let count = min(pixels.count, input.count / shape.channels)
        let (step, offset) = shape.hasChannelsLast ? (shape.channels, 1) : (1, count)
        for channel in 0..<shape.channels {
            let (scale, shift) = factors(of: normalisation, pixels, channel: channel)
            let first = channel * offset
            for index in 0..<count { input[first + index * step] = Float(pixels[index]) * scale + shift }
        }
    }

    /// What each sample is multiplied by, and what is then added.
    private static func factors(
        of normalisation: Normalisation, _ pixels: UnsafeBufferPointer<UInt8>, channel: Int
    ) -> (scale: Float, shift: Float) {
        switch normalisation {
        case .standard: return standardisation(of: pixels)
        case .unit: return (1 / 255, 0)
        case .symmetric: return (1 / 127.5, -1)
        case .raw: return (1, 0)
        case .fixed(let mean, let deviation):
            let deviation = deviation[deviation.count > 1 ? channel : 0]
            return (1 / (255 * deviation), -mean[mean.count > 1 ? channel : 0] / deviation)
        }
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
