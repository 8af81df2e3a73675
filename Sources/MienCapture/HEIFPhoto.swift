import CMienAV
import CMienHEIF
import MienImage

/// A photo in HEIC or AVIF, by libheif, which turns it as the file says.
final class HEIFPhoto {
    let width: Int
    let height: Int
    /// How many pictures the file holds, of which this is the main one.
    let pictureCount: Int
    private let name: String
    private let photo: OpaquePointer

    /// Brands of files of single pictures (ISO/IEC 23008-12, AVIF, MIAF). Others are of sequences, which FFmpeg reads.
    static let brands: Set = ["avif", "heic", "heim", "heis", "heix", "mif1", "mif2", "miaf"]

    /// AV1 codes 128x128 pixels of one grey in less than two bits: 8192x8192 of them make 984 bytes.
    private static let mostPixelsPerByte = 1 << 17

    /// Reads the header. Throws, too, where that promises more pixels than may be.
    init(_ input: InputBytes) throws(CaptureError) {
        name = input.name
        let bytes = try input.all()
        var info = mien_heif_info()
        var failure = Failure()
        guard
            let opened = mien_heif_open(
                bytes, bytes.count, &info, &failure.status, &failure.message, Failure.room)
        else { throw failure.error(name) }
        photo = opened
        (width, height, pictureCount) = (Int(info.width), Int(info.height), Int(info.pictures))
        try PhotoSource.refuse(
            tooLarge: info.width, info.height, in: bytes.count, perByte: Self.mostPixelsPerByte, name)
    }

    deinit { mien_heif_close(photo) }

    /// By BT.601's weighting of red, green and blue.
    func readLuma(into target: inout Plane) throws(CaptureError) {
        let (pixels, stride) = try decode()
        target.readColour(pixels, stride: stride, width: width, height: height, red: 0, blue: 2, isLimited: false)
    }

    func picture() throws(CaptureError) -> Picture {
        let (pixels, stride) = try decode()
        let picture = try Picture()
        try picture.resize(width: width, height: height, format: AV_PIX_FMT_RGB24)
        picture.frame.pointee.color_range = AVCOL_RANGE_JPEG
        guard let target = picture.frame.pointee.data.0 else { throw .noMemory(name) }
        for y in 0..<height {
            (target + y * Int(picture.frame.pointee.linesize.0)).update(from: pixels + y * stride, count: 3 * width)
        }
        return picture
    }

    private func decode() throws(CaptureError) -> (pixels: UnsafePointer<UInt8>, stride: Int) {
        var stride = 0
        var failure = Failure()
        guard let pixels = mien_heif_read(photo, &stride, &failure.status, &failure.message, Failure.room) else {
            throw failure.error(name)
        }
        return (pixels, stride)
    }

    private struct Failure {
        var status = MIEN_HEIF_BROKEN
        static let room = 200
        var message = [CChar](repeating: 0, count: room)

        func error(_ name: String) -> CaptureError {
            let reason = message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            return switch status {
            case MIEN_HEIF_MISSING:
                CaptureError(
                    .unsupported,
                    "\(name): HEIC and AVIF aren't read without libheif (on Debian: apt install libheif1): \(reason)")
            case MIEN_HEIF_UNSUPPORTED:
                CaptureError(.unsupported, "\(name): libheif doesn't decode this kind of picture: \(reason)")
            default: CaptureError(.broken, "\(name): cannot be decoded: \(reason)")
            }
        }
    }
}
