/// Gives the pictures of a source's frames in their own colours, for sinks that want to show or keep them.
///
/// One thread at a time, which need not be the one that reads the source.
public protocol PictureReader: AnyObject {
    /// The picture of `frame`, valid until the next call. To be asked for each of the source's frames in turn, unless that
    /// is live: then frames may be left out.
    func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture
}
