import CMienJPEG

@testable import MienCapture

extension Harness {
    static let jpeg = Harness(
        name: "jpeg", seeds: { [Seeds.jpeg(width: 16, height: 16), Seeds.turnedJPEG(orientation: 6)] },
        run: { bytes in
            var info = mien_jpeg_info()
            guard let decoder = mien_jpeg_create() else { return }
            let status = mien_jpeg_begin(decoder, bytes, bytes.count, &info)
            mien_jpeg_destroy(decoder)
            if status != MIEN_JPEG_OK || isQuick(info.width, info.height) { read(bytes) }
        })

    static let png = Harness(
        name: "png", seeds: { Seeds.pngs },
        run: { bytes in
            var info = mien_png_info()
            var message = [CChar](repeating: 0, count: 100)
            let decoder = mien_png_open(bytes, bytes.count, &info, &message, message.count)
            mien_png_close(decoder)
            if decoder == nil || isQuick(info.width, info.height) { read(bytes) }
        })

    static let exif = Harness(
        name: "exif", seeds: { (0...9).map { Seeds.exif(orientation: UInt8($0)) } },
        run: { _ = mien_exif_orientation($0, $0.count) })

    /// Others are refused or read like these, and take their time.
    private static func isQuick(_ width: Int32, _ height: Int32) -> Bool {
        Int(width) * Int(height) < 1 << 18 || Int(width) * Int(height) > VideoSource.maximumPixels
    }

    private static func read(_ bytes: [UInt8]) {
        file.write(bytes)
        var frame = Frame()
        _ = try? PhotoSource(path: file.path).read(into: &frame)
    }
}

private let file = ScratchFile("photo")
