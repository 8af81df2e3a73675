import CMienAV
public import Mien
import MienCapture
import Synchronization

/// A virtual camera: other programs see the pictures, with the overlay and with faces hidden if so wished, as from a
/// camera of their own. They may come and go.
public final class VirtualCamera: PictureSink, Sendable {
    public struct Options: Sendable {
        public var privacy = Privacy.none
        public var stop: StopFlag
        public var pause: PauseFlag

        public init(stop: StopFlag, pause: PauseFlag) { (self.stop, self.pause) = (stop, pause) }
    }

    private let options: Options
    private let report: @Sendable (String) -> Void
    private let showing: Showing
    private nonisolated(unsafe) let device: OutputDevice  // safe: the thread alone uses it once it is open
    private let failure = Mutex<SinkError?>(nil)

    /// Opens the device at `path`. `report` is told what the user should know.
    public init(
        _ path: String, _ options: Options, report: @escaping @Sendable (String) -> Void
    ) throws(SinkError) {
        (self.options, self.report) = (options, report)
        do {
            device = try OutputDevice(path)
            showing = try Showing(stop: options.stop, pause: options.pause)
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
        let shown = try ShownPicture(privacy: options.privacy)
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
            try converter?.convert(shown.picture) { try device.write($0) }
        }
    }
}

/// Brings pictures into the form that a device wants.
private final class DeviceConverter {
    static let formats = ["YUYV", "NV12"].compactMap { FourCC($0) }

    private let format: OutputDevice.Format
    private let converter: PictureConverter
    private let (upright, way, fitted): (Picture, Picture, Picture)
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ format: OutputDevice.Format) throws(CaptureError) {
        self.format = format
        converter = try PictureConverter()
        (upright, way, fitted) = (try Picture(), try Picture(), try Picture())
        bytes = .allocate(byteCount: format.size, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { bytes.deallocate() }

    func convert(_ picture: Picture, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var source = picture
        if picture.orientation != .up {
            try picture.turn(into: upright, as: AV_PIX_FMT_YUV420P, using: converter, by: way)
            source = upright
        }
        let isPacked = format.fourCC == Self.formats[0]
        try fitted.resize(
            width: format.width, height: format.height, format: isPacked ? AV_PIX_FMT_YUYV422 : AV_PIX_FMT_NV12)
        fitted.frame.pointee.colorspace = source.frame.pointee.colorspace
        fitted.frame.pointee.color_range = AVCOL_RANGE_MPEG
        try source.convert(into: fitted, using: converter)

        let (data, strides) = (fitted.frame.pointee.data, fitted.frame.pointee.linesize)
        let rowBytes = isPacked ? (format.width + 1) / 2 * 4 : format.width
        copy(data.0, Int(strides.0), rows: format.height, rowBytes, to: 0)
        if !isPacked {
            copy(data.1, Int(strides.1), rows: (format.height + 1) / 2, rowBytes, to: format.stride * format.height)
        }
        try body(UnsafeRawBufferPointer(bytes))
    }

    private func copy(_ from: UnsafeMutablePointer<UInt8>?, _ stride: Int, rows: Int, _ count: Int, to offset: Int) {
        guard let from, let base = bytes.baseAddress else { return }
        for y in 0..<rows {
            let place = offset + y * format.stride
            // A driver may ask for less than it says.
            guard place + count <= bytes.count else { return }
            (base + place).copyMemory(from: from + y * stride, byteCount: count)
        }
    }
}
