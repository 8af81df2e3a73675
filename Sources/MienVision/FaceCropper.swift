public import MienImage

/// Cuts faces out of pictures so that networks see them as they saw those they learned from.
///
/// Keeps its working memory; one thread at a time.
public struct FaceCropper: ~Copyable {
    /// The side of the crop in sides of the detector's box.
    ///
    /// The box on a picture of FER2013 is 0.97 of the picture wide, and in its middle (`scripts/measure-framing`: median
    /// over Training rows, each with its edge continued outwards): so much larger is the picture than the box.
    public static let margin = 1.03

    private var resampler = Resampler()

    public init() {}

    /// Fills `pixels`, `width` x `height` samples, with the face in `face`. What lies outside of `picture` is the pixel at
    /// its edge.
    public mutating func crop(
        _ face: Region, of picture: PlaneView, into pixels: UnsafeMutableBufferPointer<UInt8>,
        width: Int = FacePicture.side, height: Int = FacePicture.side
    ) {
        guard let base = pixels.baseAddress, pixels.count >= width * height else { return }
        // Square, whatever the box: a box at the edge of the picture may have lost a part.
        let side = max(face.width, face.height) * Self.margin
        let region = Region(
            x: face.x + (face.width - side) / 2, y: face.y + (face.height - side) / 2, width: side, height: side)
        resampler.resample(
            picture, region: region, into: base, width: width, height: height, stride: width)
    }
}
