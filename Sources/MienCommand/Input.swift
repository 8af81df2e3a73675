import Mien
import MienSystem

/// Something to look at, not opened yet.
struct Input {
    /// As the user wrote it, or as it was found; what results call it.
    let path: String
    /// Where it lies below the folder or pattern that it was found by; of a file named by itself, its name alone. This
    /// is the same on every machine that has the folder.
    let place: String
    /// Of the file; 0 where that isn't known.
    let bytes: Int
    /// Where its own results go, where it has such.
    var results: (any InputResults)?
    /// Why it can't be looked at, where that is known already.
    let fault: CaptureError?
    /// Whether it is a camera, or another source that goes on for ever.
    let isLive: Bool
    private let open: () throws(CaptureError) -> any FrameSource

    /// A file; `-` is standard input. `onlyFirst`: as in `openInput`.
    init(path: String, place: String? = nil, bytes: Int = 0, onlyFirst: Bool = false) {
        self.path = path
        self.place = place ?? path.pathParts.last ?? path
        (self.bytes, fault, isLive) = (bytes, nil, false)
        open = { () throws(CaptureError) in try openInput(path, onlyFirst: onlyFirst) }
    }

    /// What can't be looked at, so that it counts as an input that fails.
    init(_ path: String, fault: CaptureError) {
        (self.path, place, bytes, self.fault, isLive) = (path, path, 0, fault, false)
        open = { () throws(CaptureError) in throw fault }
    }

    init(_ source: any FrameSource) {
        (path, place, bytes, fault, isLive) = (source.name, source.name, 0, nil, source.isLive)
        open = { () throws(CaptureError) in source }
    }

    func source() throws(PipelineError) -> any FrameSource {
        do { return try open() } catch { throw .source(error) }
    }
}
