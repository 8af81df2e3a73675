import CMienV4L2
import MienImage
import MienSystem

/// Converts odd formats, as of older webcams and bare sensors, through libv4lconvert: to RGB, and that to luma.
final class ForeignLuma {
    private let layout: RawLayout
    private let path: String
    private let library: UnsafePointer<mien_v4lconvert>
    private let converter: OpaquePointer
    private var source = v4l2_format()
    private var target = v4l2_format()
    private var pixels: [UInt8]
    private var failures = 0

    init(_ layout: RawLayout, descriptor: Int32, path: String) throws(CameraError) {
        var reason: UnsafePointer<CChar>?
        guard let library = mien_v4lconvert_load(&reason) else {
            throw CameraError(
                .unsupported, path,
                "\(path): the pixel format \(layout.format.fourCC) needs libv4lconvert, which can't be loaded: "
                    + loadFailure(reason, packages: "libv4l-0"))
        }
        guard descriptor >= 0, let converter = library.pointee.create(descriptor) else {
            throw CameraError(
                .unsupported, path, "\(path): no way to read the pixel format \(layout.format.fourCC) from there")
        }
        (self.layout, self.path, self.library, self.converter) = (layout, path, library, converter)
        pixels = [UInt8](repeating: 0, count: layout.width * layout.height * 3)
        source.fmt.pix.pixelformat = layout.format.fourCC.rawValue
        source.fmt.pix.bytesperline = UInt32(layout.stride)
        target.fmt.pix.pixelformat = PixelFormat(named: "rgb24")?.fourCC.rawValue ?? 0
        target.fmt.pix.bytesperline = UInt32(layout.width * 3)
        target.fmt.pix.sizeimage = UInt32(pixels.count)
        for format in [\ForeignLuma.source, \.target] {
            self[keyPath: format].type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
            self[keyPath: format].fmt.pix.width = UInt32(layout.width)
            self[keyPath: format].fmt.pix.height = UInt32(layout.height)
        }
    }

    deinit { library.pointee.destroy(converter) }

    /// False where the picture is damaged. Throws where not one of the first pictures could be converted.
    func convert(_ bytes: UnsafeRawBufferPointer, into plane: inout Plane) throws(CameraError) -> Bool {
        // The library takes the source as writable, and decodes some formats in place.
        let start = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        let written = pixels.withUnsafeMutableBufferPointer { pixels in
            library.pointee.convert(
                converter, &source, &target, start, Int32(bytes.count), pixels.baseAddress, Int32(pixels.count))
        }
        guard Int(written) == pixels.count else {
            failures += 1
            if failures < 10 { return false }
            let reason = library.pointee.get_error_message(converter).map { String(cString: $0) } ?? ""
            throw CameraError(
                .unsupported, path,
                "\(path): libv4lconvert can't read \(layout.format.fourCC): \(reason) (try another --format)")
        }
        failures = 0
        pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            plane.readColour(
                base, stride: layout.width * 3, width: layout.width, height: layout.height, red: 0, blue: 2,
                isLimited: layout.isLimited)
        }
        return true
    }

    /// Keeps the last picture, in RGB.
    func keep(in stored: inout StoredPicture) {
        guard let format = PixelFormat(named: "rgb24") else { return }
        let layout = RawLayout(format, width: layout.width, height: layout.height)
        pixels.withUnsafeBytes { stored.keep($0, layout) }
    }
}
