import CMienAV
import CMienSDL
import Glibc
import Mien
import MienCapture
import MienSystem

/// An SDL window that shows pictures, in their own pixel format where SDL knows it. The thread that makes it uses it.
final class Screen {
    enum Event {
        case key(Int32)
        case closed
        /// What is shown is to be shown again: it was covered, or has another size.
        case exposed
    }

    private let sdl: UnsafePointer<mien_sdl>
    private var window: OpaquePointer?
    private var renderer: OpaquePointer?
    private var texture: OpaquePointer?
    /// Of the texture.
    private var (format, width, height) = (SDL_PIXELFORMAT_UNKNOWN.rawValue, Int32(0), Int32(0))
    /// Of what is shown.
    private var (aspect, orientation) = (PixelAspect.square, Orientation.up)
    private let converter: PictureConverter
    private let converted: Picture
    private let loss: Loss

    /// What is called where the display goes away, or the window on it.
    private final class Loss {
        let call: @Sendable () -> Void

        init(_ call: @escaping @Sendable () -> Void) { self.call = call }
    }

    /// Opens a window for pictures of that size, or smaller where the display is. Where the display goes away, or the window
    /// on it, the thread calls `lost`, and never comes back from whatever it was doing here.
    init(title: String, width: Int, height: Int, lost: @escaping @Sendable () -> Void) throws(SinkError) {
        loss = Loss(lost)
        var error: UnsafePointer<CChar>?
        guard let sdl = mien_sdl_load(&error) else {
            throw SinkError("no window: cannot load SDL: \(loadFailure(error, packages: "libsdl2-2.0-0"))")
        }
        self.sdl = sdl
        do throws(CaptureError) {
            (converter, converted) = (try PictureConverter(), try Picture())
        } catch {
            throw SinkError("no window: \(error)")
        }
        // Signals are the program's.
        _ = sdl.pointee.SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1")
        _ = sdl.pointee.SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear")
        _ = sdl.pointee.SDL_SetHint(SDL_HINT_APP_NAME, "mien")
        // Others of SDL's drivers show nothing, or take a console over; and without a compositor Wayland's complains itself.
        let hasWayland = getenv("WAYLAND_DISPLAY") != nil
        _ = sdl.pointee.SDL_SetHint(SDL_HINT_VIDEODRIVER, hasWayland ? "x11,wayland" : "x11")
        guard sdl.pointee.SDL_Init(SDL_INIT_VIDEO) == 0 else {
            throw SinkError("no window: there is no display (\(Self.reason(sdl)))")
        }
        mien_sdl_outlive_display(
            { context in context.map { Unmanaged<Loss>.fromOpaque($0).takeUnretainedValue().call() } },
            Unmanaged.passUnretained(loss).toOpaque())
        let size = fitted(width, height)
        // Not to be seen yet: a renderer may make the window anew, which a window manager would see as two.
        let flags =
            SDL_WINDOW_HIDDEN.rawValue | SDL_WINDOW_RESIZABLE.rawValue | SDL_WINDOW_ALLOW_HIGHDPI.rawValue
        window = sdl.pointee.SDL_CreateWindow(
            title, mien_sdl_centred, mien_sdl_centred, size.width, size.height, flags)
        guard let window else { throw failure() }
        renderer = sdl.pointee.SDL_CreateRenderer(window, -1, SDL_RENDERER_PRESENTVSYNC.rawValue)
        // Where the driver can't wait for the display.
        if renderer == nil { renderer = sdl.pointee.SDL_CreateRenderer(window, -1, 0) }
        if renderer == nil { throw failure() }
        mien_sdl_outlive_window(window)
        sdl.pointee.SDL_ShowWindow(window)
    }

    deinit {
        mien_sdl_outlive_window(nil)
        if let texture { sdl.pointee.SDL_DestroyTexture(texture) }
        if let renderer { sdl.pointee.SDL_DestroyRenderer(renderer) }
        if let window { sdl.pointee.SDL_DestroyWindow(window) }
        sdl.pointee.SDL_Quit()
        mien_sdl_outlive_display(nil, nil)
    }

    private func failure() -> SinkError { SinkError("no window: \(Self.reason(sdl))") }

    private static func reason(_ sdl: UnsafePointer<mien_sdl>) -> String {
        sdl.pointee.SDL_GetError().map { String(cString: $0) } ?? "unknown error"
    }

    /// The picture's size, halved until it fits on the display.
    private func fitted(_ width: Int, _ height: Int) -> (width: Int32, height: Int32) {
        var room = SDL_Rect(x: 0, y: 0, w: 1280, h: 720)
        _ = sdl.pointee.SDL_GetDisplayUsableBounds(0, &room)
        var (width, height) = (Int32(clamping: max(width, 160)), Int32(clamping: max(height, 120)))
        while width > room.w || height > room.h, width > 320 { (width, height) = (width / 2, height / 2) }
        return (width, height)
    }

    var title = "" {
        didSet { if title != oldValue { sdl.pointee.SDL_SetWindowTitle(window, title) } }
    }

    func toggleFullScreen() {
        let isFull = sdl.pointee.SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue != 0
        _ = sdl.pointee.SDL_SetWindowFullscreen(window, isFull ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue)
    }

    /// The next of what has happened; nil where nothing has.
    func nextEvent() -> Event? {
        var event = SDL_Event()
        while sdl.pointee.SDL_PollEvent(&event) != 0 {
            switch SDL_EventType(event.type) {
            case SDL_QUIT: return .closed
            case SDL_KEYDOWN where event.key.repeat == 0: return .key(event.key.keysym.sym)
            case SDL_WINDOWEVENT:
                let kinds = [SDL_WINDOWEVENT_EXPOSED, SDL_WINDOWEVENT_SIZE_CHANGED].map { UInt8($0.rawValue) }
                if kinds.contains(event.window.event) { return .exposed }
            default: break
            }
        }
        return nil
    }

    // MARK: Pictures

    /// SDL's names for FFmpeg's formats; others are converted to the first.
    private static let formats: [(AVPixelFormat, SDL_PixelFormatEnum)] = [
        (AV_PIX_FMT_YUV420P, SDL_PIXELFORMAT_IYUV), (AV_PIX_FMT_YUVJ420P, SDL_PIXELFORMAT_IYUV),
        (AV_PIX_FMT_NV12, SDL_PIXELFORMAT_NV12), (AV_PIX_FMT_NV21, SDL_PIXELFORMAT_NV21),
        (AV_PIX_FMT_YUYV422, SDL_PIXELFORMAT_YUY2), (AV_PIX_FMT_UYVY422, SDL_PIXELFORMAT_UYVY),
        (AV_PIX_FMT_YVYU422, SDL_PIXELFORMAT_YVYU), (AV_PIX_FMT_RGB24, SDL_PIXELFORMAT_RGB24),
        (AV_PIX_FMT_BGR24, SDL_PIXELFORMAT_BGR24),
    ]

    /// Shows a picture: as large as the window allows, upright.
    func show(_ picture: Picture) throws(SinkError) {
        let own = AVPixelFormat(picture.frame.pointee.format)
        if let known = Self.formats.first(where: { $0.0 == own }), picture.frame.pointee.linesize.0 > 0 {
            try upload(picture, known.1)
        } else {
            do throws(CaptureError) {
                let frame = picture.frame.pointee
                try converted.resize(width: Int(frame.width), height: Int(frame.height), format: AV_PIX_FMT_YUV420P)
                converted.frame.pointee.colorspace = frame.colorspace
                converted.frame.pointee.color_range = AVCOL_RANGE_MPEG
                try picture.convert(into: converted, using: converter)
            } catch {
                throw SinkError("no window: \(error)")
            }
            try upload(converted, SDL_PIXELFORMAT_IYUV)
        }
        (aspect, orientation) = (picture.pixelAspect, picture.orientation)
        present()
    }

    private func upload(_ picture: Picture, _ format: SDL_PixelFormatEnum) throws(SinkError) {
        let frame = picture.frame.pointee
        if (format.rawValue, frame.width, frame.height) != (self.format, width, height) {
            if let texture { sdl.pointee.SDL_DestroyTexture(texture) }
            texture = sdl.pointee.SDL_CreateTexture(
                renderer, format.rawValue, Int32(SDL_TEXTUREACCESS_STREAMING.rawValue), frame.width, frame.height)
            (self.format, width, height) = (format.rawValue, frame.width, frame.height)
        }
        guard let texture else { throw failure() }
        sdl.pointee.SDL_SetYUVConversionMode(
            picture.av.isFull(frame)
                ? SDL_YUV_CONVERSION_JPEG
                : frame.matrix == AVCOL_SPC_BT709 ? SDL_YUV_CONVERSION_BT709 : SDL_YUV_CONVERSION_BT601)
        let (data, strides) = (frame.data, frame.linesize)
        let status: Int32
        switch format {
        case SDL_PIXELFORMAT_IYUV:
            status = sdl.pointee.SDL_UpdateYUVTexture(
                texture, nil, data.0, strides.0, data.1, strides.1, data.2, strides.2)
        case SDL_PIXELFORMAT_NV12, SDL_PIXELFORMAT_NV21:
            status = sdl.pointee.SDL_UpdateNVTexture(texture, nil, data.0, strides.0, data.1, strides.1)
        default: status = sdl.pointee.SDL_UpdateTexture(texture, nil, data.0, strides.0)
        }
        if status != 0 { throw failure() }
    }

    /// Shows once more what was shown last.
    func present() {
        guard let texture else { return }
        let (isTransposed, mirrorsX, mirrorsY) = (
            orientation.isTransposed, orientation.mirrorsX, orientation.mirrorsY
        )
        let columns = aspect.displayed(Int(width))
        let size = isTransposed ? (width: Int(height), height: columns) : (width: columns, height: Int(height))
        var room = (width: Int32(0), height: Int32(0))
        _ = sdl.pointee.SDL_GetRendererOutputSize(renderer, &room.width, &room.height)
        let scale = min(Float(room.width) / Float(size.width), Float(room.height) / Float(size.height))
        // SDL turns the stored picture about its middle.
        let (across, down) = (Int32(Float(columns) * scale), Int32(Float(height) * scale))
        var target = SDL_Rect(x: (room.width - across) / 2, y: (room.height - down) / 2, w: across, h: down)
        // It mirrors first. A quarter turn clockwise of what stands on its head lets rows become columns.
        let flipsX = isTransposed ? mirrorsY : mirrorsX
        let flipsY = isTransposed ? !mirrorsX : mirrorsY
        let flip =
            (flipsX ? SDL_FLIP_HORIZONTAL.rawValue : 0) | (flipsY ? SDL_FLIP_VERTICAL.rawValue : 0)
        _ = sdl.pointee.SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255)
        _ = sdl.pointee.SDL_RenderClear(renderer)
        _ = sdl.pointee.SDL_RenderCopyEx(
            renderer, texture, nil, &target, isTransposed ? 90 : 0, nil, SDL_RendererFlip(rawValue: flip))
        sdl.pointee.SDL_RenderPresent(renderer)
    }
}
