import CMienJPEG
import Glibc
import MienImage

/// A photo as JPEG, PNG, HEIC or AVIF, whose only frame is number 0 at time 0; other formats are read as recordings of one
/// frame.
///
/// It is turned as it says. A JPEG's luma is taken as stored, without its colours; that of the others is BT.601's weighting
/// of red, green and blue as stored, with transparent parts over white. A photo that is cut short delivers nothing.
public final class PhotoSource: FrameSource {
    public let name: String
    public let frameCount: Int? = 1
    public private(set) var warning: String?
    private var isRead = false
    private var orientation = Orientation.up

    /// Nil: it is opened when its frame is read.
    private var input: InputBytes?

    /// The kinds that are read here, known by their first bytes.
    enum Kind: CaseIterable {
        case jpeg, png, heif

        var signature: [UInt8] {
            switch self {
            case .jpeg: [0xFF, 0xD8, 0xFF]
            case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            // Behind the first box's size.
            case .heif: Array("ftyp".utf8)
            }
        }

        /// Of the first 12 bytes.
        init?(_ bytes: [UInt8]) {
            func begins(_ kind: Kind) -> Bool {
                guard kind == .heif else { return bytes.starts(with: kind.signature) }
                return bytes.dropFirst(4).starts(with: kind.signature)
                    && HEIFPhoto.brands.contains(String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self))
            }
            guard let found = Self.allCases.first(where: begins) else { return nil }
            self = found
        }
    }

    /// The photo at `path`, which is opened when its frame is read.
    public init(path: String) { name = path }

    init(_ input: InputBytes) { (name, self.input) = (input.name, input) }

    public func keepPictures() -> any PictureReader {
        PhotoPictures { [self] () throws(CaptureError) in
            try opened()
        } orientation: { [weak self] in
            self?.orientation
        }
    }

    private func opened() throws(CaptureError) -> InputBytes {
        if let input { return input }
        let opened = try InputBytes(name)
        input = opened
        return opened
    }

    public func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        guard !isRead else { return false }
        isRead = true
        let input = try opened()
        let bytes = try input.all()
        switch Kind(bytes) {
        case .jpeg:
            try readJPEG(bytes, into: &frame)
            try tellViews(of: input)
        case .png: try readPNG(bytes, into: &frame.luma)
        case .heif: try readHEIF(input, into: &frame.luma)
        case nil: throw CaptureError(.unsupported, "\(name): is neither JPEG, PNG, HEIC nor AVIF")
        }
        (frame.number, frame.time) = (0, 0)
        return true
    }

    private func readHEIF(_ input: InputBytes, into target: inout Plane) throws(CaptureError) {
        let photo = try HEIFPhoto(input)
        try photo.readLuma(into: &target)
        if photo.pictureCount > 1 { warning = tellRest(photo.pictureCount) }
    }

    /// Of a camera with two lenses, or one that was moved.
    private func tellViews(of input: InputBytes) throws(CaptureError) {
        var walk = JPEGWalk(input)
        guard try walk.end() != nil, let views = walk.index?.views, views > 1 else { return }
        warning = warning ?? tellRest(views)
    }

    private func tellRest(_ count: Int) -> String {
        "\(name): holds \(count) pictures, of which the main one alone is looked at"
    }

    private func readJPEG(_ bytes: [UInt8], into frame: inout Frame) throws(CaptureError) {
        guard let decoder = mien_jpeg_create() else { throw .noMemory(name) }
        defer { mien_jpeg_destroy(decoder) }
        var stored = Plane()
        var info = mien_jpeg_info()
        var warnings: Int32 = 0
        var isTooLarge = false
        let status = bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return MIEN_JPEG_CUT }
            let status = mien_jpeg_begin(decoder, base, bytes.count, &info)
            isTooLarge = Self.isTooLarge(info.width, info.height, in: bytes.count)
            guard status == MIEN_JPEG_OK, !isTooLarge else { return status }
            stored.resize(width: Int(info.width), height: Int(info.height))
            return mien_jpeg_read(decoder, stored.base, stored.stride, &warnings)
        }
        let message = String(cString: mien_jpeg_message(decoder))
        switch status {
        case MIEN_JPEG_OK where isTooLarge:
            try Self.refuse(tooLarge: info.width, info.height, in: bytes.count, name)
        case MIEN_JPEG_OK, MIEN_JPEG_UNENDED:
            if warnings > 0 { warning = "\(name): the picture is damaged (\(message)); faces in it may be missed" }
            if status == MIEN_JPEG_UNENDED {
                warning = "\(name): the picture's end marker is missing; all else is there"
            }
            turn(&stored, orientation: info.orientation, into: &frame.luma)
        case MIEN_JPEG_CUT:
            throw CaptureError(
                .broken, "\(name): the picture is cut short (\(bytes.count) bytes are there); get a complete copy")
        case MIEN_JPEG_UNSUPPORTED where readsOtherwise(into: &frame):
            break  // FFmpeg decodes some kinds more
        default:
            throw CaptureError(.broken, "\(name): cannot be decoded: \(message)")
        }
    }

    private func readsOtherwise(into frame: inout Frame) -> Bool {
        guard let input = try? opened() else { return false }
        return (try? VideoSource(input, .photo(.jpeg), isInMemory: true).read(into: &frame)) == true
    }

    private func readPNG(_ bytes: [UInt8], into target: inout Plane) throws(CaptureError) {
        var stored = Plane()
        var info = mien_png_info()
        var message = [CChar](repeating: 0, count: 200)
        var isTooLarge = false
        let isRead = bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            guard let decoder = mien_png_open(base, bytes.count, &info, &message, message.count) else { return false }
            defer { mien_png_close(decoder) }
            isTooLarge = Self.isTooLarge(info.width, info.height, in: bytes.count)
            guard !isTooLarge else { return false }
            stored.resize(width: Int(info.width), height: Int(info.height))
            return mien_png_read(decoder, stored.base, stored.stride, &info.orientation, &message, message.count) == 0
        }
        try Self.refuse(tooLarge: info.width, info.height, in: bytes.count, name)
        guard isRead else {
            let reason = message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            throw CaptureError(.broken, "\(name): cannot be decoded: \(reason)")
        }
        turn(&stored, orientation: info.orientation, into: &target)
    }

    private func turn(_ stored: inout Plane, orientation: Int32, into target: inout Plane) {
        self.orientation = Orientation(rawValue: Int(orientation)) ?? .up
        if self.orientation == .up {
            swap(&stored, &target)
        } else {
            self.orientation.apply(to: stored.view, into: &target)
        }
    }

    /// A JPEG takes a bit for 64 pixels at least, and a PNG's compression makes 1032 bytes of 8 pixels out of one: a file of
    /// fewer bytes holds no such picture, and isn't to make us get memory for one.
    static let mostPixelsPerByte = 1 << 14

    private static func isTooLarge(
        _ width: Int32, _ height: Int32, in byteCount: Int, perByte: Int = mostPixelsPerByte
    ) -> Bool {
        Int(width) * Int(height) > min(VideoSource.maximumPixels, byteCount * perByte)
    }

    static func refuse(
        tooLarge width: Int32, _ height: Int32, in byteCount: Int, perByte: Int = mostPixelsPerByte, _ name: String
    ) throws(CaptureError) {
        guard isTooLarge(width, height, in: byteCount, perByte: perByte) else { return }
        throw Int(width) * Int(height) > VideoSource.maximumPixels
            ? CaptureError(.unsupported, "\(name): a picture of \(width)x\(height) is too large; reduce it first")
            : CaptureError(.broken, "\(name): \(byteCount) bytes hold no picture of \(width)x\(height)")
    }
}
