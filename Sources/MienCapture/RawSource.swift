import Glibc
import MienImage

/// Frames without any frame around them, one after the other, from a pipe or file:
/// `ffmpeg ... -f rawvideo -pix_fmt gray - | mien live --device - --size 640x480 --format grey`.
///
/// The frames come when they come: their times are those of their arrival, as a camera's are.
public final class RawSource: FrameSource {
    public let name: String
    public var frameCount: Int? { nil }
    public var isLive: Bool { true }
    /// Raise it to end a read that waits, and all later ones.
    public let interruption: Interruption
    /// Tells of a part of a frame at the end.
    public private(set) var warning: String?

    private let descriptor: Int32
    private let layout: RawLayout
    private let converter: LumaConverter
    private let bytes: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var number = 0
    private var origin: Double?
    private let calls = SystemCalls()
    private var keepsPictures = false

    /// Reads from a descriptor, which stays the caller's. Throws where frames of that format have no fixed size.
    public init(
        descriptor: Int32 = 0, name: String = "-", format: PixelFormat, width: Int, height: Int,
        interruption: Interruption = Interruption()
    ) throws(CaptureError) {
        guard PixelFormat.known.contains(format) else {
            throw CaptureError(
                .unsupported,
                "\(name): frames of \(format.names[0]) aren't known here; known are "
                    + PixelFormat.known.filter { $0.frameSize(width: 2, height: 2) != nil }.map { $0.names[0] }
                    .joined(separator: ", "))
        }
        guard let size = format.frameSize(width: width, height: height) else {
            throw CaptureError(
                .unsupported,
                "\(name): frames of \(format.names[0]) differ in size, so they need a container: `mien video -` reads those"
            )
        }
        guard (1...16384).contains(width), (1...16384).contains(height) else {
            throw CaptureError(
                .unsupported, "\(name): no frames of \(width)x\(height): 1 to 16384 pixels a side, please")
        }
        (self.descriptor, self.name, self.interruption) = (descriptor, name, interruption)
        layout = RawLayout(format, width: width, height: height)
        do throws(CameraError) {
            converter = try LumaConverter(layout, descriptor: -1, path: name)
        } catch {
            throw CaptureError(error)
        }
        bytes = .allocate(byteCount: size, alignment: 64)
    }

    deinit { bytes.deallocate() }

    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        while filled < bytes.count {
            switch calls.poll(descriptor, interruption: interruption.descriptor, milliseconds: -1) {
            case .interrupted: return false
            case .timeout: continue  // a signal, which may have raised the interruption
            case .ready: break
            }
            let room = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw CaptureError.system(name)
            }
            if count == 0 { return try end() }
            filled += count
        }
        filled = 0
        let now = calls.clock()
        let start = origin ?? now
        origin = start
        do throws(CameraError) {
            _ = try converter.convert(UnsafeRawBufferPointer(bytes), into: &frame.luma)
        } catch {
            throw CaptureError(error)
        }
        if keepsPictures { frame.stored.keep(UnsafeRawBufferPointer(bytes), layout) }
        frame.number = number
        frame.time = now - start
        (frame.captured, frame.arrival) = (now, now)
        number += 1
        return true
    }

    public func keepPictures() throws(CaptureError) -> any PictureReader {
        keepsPictures = true
        return try LivePictures(name: name)
    }

    public func interrupt() { interruption.raise() }

    /// The input is over: fine between frames, and after at least one of them.
    private func end() throws(CaptureError) -> Bool {
        guard filled > 0 else { return false }
        let frame = "a frame of \(layout.width)x\(layout.height) in \(layout.format.names[0]) has \(bytes.count)"
        if number == 0 {
            throw CaptureError(
                .broken, "\(name): only \(filled) bytes came, and \(frame) (are --size and --format right?)")
        }
        warning = "\(name): the last \(filled) bytes are left out, for \(frame)"
        return false
    }
}
