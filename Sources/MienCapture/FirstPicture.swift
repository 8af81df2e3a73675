import MienImage

/// The first picture alone of what may hold more, which it then says.
final class FirstPicture: FrameSource {
    private let source: any FrameSource
    private var isRead = false
    private var hasMore = false

    var name: String { source.name }
    var frameCount: Int? { 1 }

    init(of source: any FrameSource) { self.source = source }

    var warning: String? {
        let more = "\(name): holds more pictures than the first, which alone is looked at here; mien video looks at all"
        return hasMore ? more : source.warning
    }

    func keepPictures() throws(CaptureError) -> any PictureReader { try source.keepPictures() }

    func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        guard isRead else {
            isRead = true
            return try source.read(into: &frame)
        }
        var second = Frame()
        // The first is whole, whatever becomes of those behind it.
        if !hasMore { hasMore = (try? source.read(into: &second)) == true }
        return false
    }
}
