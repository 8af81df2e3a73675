import CMienHEIF
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

    /// libheif's share is small pictures: others take their time.
    static let heif = Harness(
        name: "heif", seeds: { Seeds.heifs },
        run: { bytes in
            var info = mien_heif_info()
            var status = MIEN_HEIF_OK
            var message = [CChar](repeating: 0, count: 100)
            let photo = mien_heif_open(bytes, bytes.count, &info, &status, &message, message.count)
            mien_heif_close(photo)
            if photo == nil || isQuick(info.width, info.height) { read(bytes) }
        })

    /// What an input is: how a JPEG ends, what a PNG announces, which pages a TIFF has.
    static let kinds = Harness(
        name: "kinds",
        seeds: {
            let (jpeg, png) = (Seeds.jpeg(width: 8, height: 8), Seeds.pngs[0])
            return [jpeg + jpeg, Seeds.turnedJPEG(orientation: 6), jpeg + [0, 0, 0] + jpeg, png + png]
                + [Array("--x\r\nContent-Type: image/jpeg\r\n\r\n".utf8) + jpeg] + Seeds.heifs
                + [Array(Seeds.exif(orientation: 3).dropFirst(6))]
        },
        run: { bytes in
            file.write(bytes)
            guard let input = try? InputBytes(file.path), let kind = try? InputKind(of: input) else { return }
            if kind == .photo(.jpeg) || kind == .motionJPEG {
                var walk = JPEGWalk(input)
                _ = try? walk.end()
            }
            _ = TIFFDirectory(bytes)
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
