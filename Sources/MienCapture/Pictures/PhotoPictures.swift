import CMienAV
import MienImage

/// The picture of a photo, decoded from its file when it is asked for.
final class PhotoPictures: PictureReader {
    private let path: String
    private let orientation: () -> Orientation?

    /// `orientation`: the photo's, known once it was read; nil where FFmpeg knows.
    init(path: String, orientation: @escaping () -> Orientation?) {
        (self.path, self.orientation) = (path, orientation)
    }

    func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture {
        let source = try VideoSource(path: path)
        let pictures = try source.keepPictures()
        var again = Frame()
        guard try source.read(into: &again) else {
            throw CaptureError(.broken, "\(path): cannot be decoded in colour")
        }
        let picture = try pictures.picture(of: again)
        if let orientation = orientation() { picture.orientation = orientation }
        return picture
    }
}
