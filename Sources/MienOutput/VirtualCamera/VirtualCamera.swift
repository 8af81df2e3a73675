public import Mien
import MienCapture
import Synchronization

/// A virtual camera: other programs see the pictures, with the overlay and with faces hidden if so wished, as from a
/// camera of their own. They may come and go.
public final class VirtualCamera: PictureSink, Sendable {
    private let settings: ShowingSettings
    private let report: @Sendable (String) -> Void
    private let showing: Showing
    private nonisolated(unsafe) let device: OutputDevice  // safe: the thread alone uses it once it is open
    private let failure = Mutex<SinkError?>(nil)

    /// Opens the device at `path`. `report` is told what the user should know.
    public init(
        _ path: String, _ settings: ShowingSettings, report: @escaping @Sendable (String) -> Void
    ) throws(SinkError) {
        (self.settings, self.report) = (settings, report)
        do {
            device = try OutputDevice(path)
            showing = try Showing(settings)
        } catch {
            throw SinkError("\(error)")
        }
    }

    public var isReader: Bool { false }

    public func begin(_ run: RunDescription) {}

    public func begin(_ source: any FrameSource, _ pictures: any PictureReader) {
        let rate = (source as? CameraSource)?.status.mode.rate
        showing.begin(source) { [self] in
            do { try show(rate: rate) } catch { failure.withLock { $0 = SinkError("\(error)") } }
        }
    }

    public func wantsPicture(of result: borrowing FrameResult) -> Bool { showing.isOpen }

    public func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError) {
        do { try showing.put(result, picture) } catch { throw SinkError("\(error)") }
        if let failure = failure.withLock({ $0.take() }) { throw failure }
    }

    public func finish() throws(SinkError) {
        showing.end()
        if let failure = failure.withLock({ $0.take() }) { throw failure }
    }

    // MARK: The camera's thread

    private func show(rate: Double?) throws {
        var shot = try NewestPicture.Shot()
        let shown = try ShownPicture(privacy: settings.privacy)
        if let problem = shown.overlay.problem { report(problem) }
        var converter: DeviceConverter?
        while true {
            switch showing.take(into: &shot, seconds: 1) {
            case .over: return
            case nil: continue
            case .new: break
            }
            try shown.draw(shot.result, on: shot.picture)
            if converter == nil {
                let (width, height) = (shown.picture.width, shown.picture.height)
                converter = try DeviceConverter(
                    device.agree(on: DeviceConverter.formats, width: width, height: height, rate: rate))
            }
            if let bytes = try converter?.convert(shown.picture) { try device.write(bytes) }
        }
    }
}
