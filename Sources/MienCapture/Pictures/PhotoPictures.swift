import CMienAV
import MienImage

/// The picture of a photo, decoded from its bytes when it is asked for.
final class PhotoPictures: PictureReader {
    private let input: () throws(CaptureError) -> InputBytes
    private let orientation: () -> Orientation?

    /// `orientation`: the photo's, known once it was read; nil where FFmpeg knows.
    init(
        of input: @escaping () throws(CaptureError) -> InputBytes, orientation: @escaping () -> Orientation?
    ) {
        (self.input, self.orientation) = (input, orientation)
    }

    func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture {
        let input = try input()
        let kind = try InputKind(of: input)
        if kind == .photo(.heif) { return try HEIFPhoto(input).picture() }
        let source = try VideoSource(input, kind, isInMemory: true)
        let pictures = try source.keepPictures()
        var again = Frame()
        guard try source.read(into: &again) else {
            throw CaptureError(.broken, "\(input.name): cannot be decoded in colour")
        }
        let picture = try pictures.picture(of: again)
        if let orientation = orientation() { picture.orientation = orientation }
        return picture
    }
}
