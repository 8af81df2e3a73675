import CMienSDL
public import Mien
import MienCapture
import Synchronization

/// A window with the pictures and what is known of the faces.
///
/// It is drawn by a thread of its own, as often as the display takes it; see `Showing`.
///
/// Keys: f full screen, m mirror, o overlay, b bars, space pause, s snapshot, q and Esc quit.
public final class Window: PictureSink, Sendable {
    private let settings: ShowingSettings
    private let report: @Sendable (String) -> Void
    private let showing: Showing
    private let state = Mutex(State())

    /// What the pipeline's threads tell the window's.
    private struct State {
        var model = ""
        var title = ""
        var isMirrored = false
    }

    /// `report` is told what the user should know. Throws where pictures can't be had.
    public init(_ settings: ShowingSettings, report: @escaping @Sendable (String) -> Void) throws(SinkError) {
        (self.settings, self.report) = (settings, report)
        do { showing = try Showing(settings) } catch {
            throw SinkError("no window: \(error)")
        }
    }

    public var isReader: Bool { false }

    public func begin(_ run: RunDescription) { state.withLock { $0.model = run.model } }

    public func begin(_ source: any FrameSource, _ pictures: any PictureReader) {
        let (title, isCamera) = ("\(source.name) - mien", source is CameraSource)
        state.withLock { ($0.title, $0.isMirrored) = (title, isCamera) }
        showing.begin(source) { [self] in
            do throws(SinkError) { try show() } catch { report("\(error)") }
        }
    }

    public func wantsPicture(of result: borrowing FrameResult) -> Bool { showing.isOpen }

    public func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError) {
        do { try showing.put(result, picture) } catch { throw SinkError("no window: \(error)") }
    }

    public func finish() {
        if showing.end(within: 3) { return }
        mien_sdl_abandon()
        report("the window's display doesn't answer: it isn't waited for")
    }

    // MARK: The window's thread

    private func show() throws(SinkError) {
        do {
            var shot = try NewestPicture.Shot()
            let shown = try ShownPicture(privacy: settings.privacy)
            if let problem = shown.overlay.problem { report(problem) }
            var screen: Screen?
            var source = ""
            while true {
                let arrival = showing.take(into: &shot, seconds: 0.01)
                if arrival == .over { return }
                var isDue = arrival == .new
                if isDue, shot.result.source != source || screen == nil {
                    let (title, isMirrored) = state.withLock { ($0.title, $0.isMirrored) }
                    if screen == nil {
                        let (width, height) = (shot.picture.width, shot.picture.height)
                        screen = try Screen(title: title, width: width, height: height) { [self] in lose() }
                    }
                    (source, shown.isMirrored) = (shot.result.source, isMirrored)
                    screen?.title = title
                }
                guard let screen else { continue }
                while let event = screen.nextEvent() {
                    switch event {
                    case .closed: quit()
                    case .exposed: screen.present()
                    case .key(let key): isDue = press(key, screen, shown) || isDue
                    }
                }
                guard isDue else { continue }
                try shown.draw(shot.result, on: shot.picture)
                try screen.show(shown.picture)
            }
        } catch let error as CaptureError {
            throw SinkError("no window: \(error)")
        } catch {
            throw error as? SinkError ?? SinkError("\(error)")
        }
    }

    /// Returns whether the picture looks different now.
    private func press(_ key: Int32, _ screen: Screen, _ shown: ShownPicture) -> Bool {
        switch SDL_KeyCode(UInt32(bitPattern: key)) {
        case SDLK_q, SDLK_ESCAPE: quit()
        case SDLK_f: screen.toggleFullScreen()
        case SDLK_m: shown.isMirrored.toggle()
        case SDLK_o: shown.overlay.isShown.toggle()
        case SDLK_b: shown.overlay.hasBars.toggle()
        case SDLK_SPACE: settings.pause.toggle()
        case SDLK_s:
            do throws(SinkError) {
                report("saved \(try Snapshot.save(shown.picture, shown.result, model: state.withLock { $0.model }))")
            } catch {
                report("\(error)")
            }
            return false
        default: return false
        }
        return true
    }

    private func lose() {
        showing.abandon()
        mien_sdl_abandon()
        report("no window any more: its display has gone")
    }

    private func quit() {
        showing.close()
        settings.stop.set()
    }
}
