import CMienV4L2
import Glibc
import MienImage

@testable import MienCapture

extension Harness {
    /// Pictures of every pixel format, as a driver may settle them, with more or fewer bytes than that needs.
    static let frames = Harness(
        name: "frames", seeds: { (1...40).map { noise(600, seed: $0) } },
        run: { bytes in
            var choices = Choices(bytes)
            var settled = v4l2_pix_format()
            settled.pixelformat = choices.element(of: PixelFormat.known).fourCC.rawValue
            settled.width = UInt32(choices.integer(in: 1...40))
            settled.height = UInt32(choices.integer(in: 1...40))
            settled.bytesperline = UInt32(choices.element(of: [0, 1, 40, 64, 200, 1 << 16]))
            settled.quantization = UInt32(choices.integer(in: 0...3))
            settled.colorspace = UInt32(choices.integer(in: 0...8))
            guard let converter = try? LumaConverter(RawLayout(settled), descriptor: -1, path: "fuzz") else { return }
            var luma = Plane()
            choices.remainder().withUnsafeBytes { _ = try? converter.convert($0, into: &luma) }
        })

    /// A camera's JPEGs, one after the other through one decoder: what one leaves behind must not harm the next.
    static let mjpeg = Harness(
        name: "mjpeg",
        seeds: {
            let picture = Seeds.jpeg(width: 16, height: 16)
            return [picture, Seeds.jpeg(width: 16, height: 24), picture + boundary + picture]
        },
        run: { bytes in
            let decoder = JPEGLuma(width: 16, height: 16)
            var luma = Plane()
            for part in bytes.split(separator: boundary, maxSplits: 3) {
                // Of their own, so that reading beyond the end is noticed.
                Array(part).withUnsafeBytes { _ = decoder.decode($0, into: &luma) }
            }
        })

    /// Raw frames out of a file, to its end.
    static let raw = Harness(
        name: "raw", seeds: { (1...20).map { noise(900, seed: $0) } },
        run: { bytes in
            var choices = Choices(bytes)
            let format = choices.element(of: PixelFormat.known)
            let (width, height) = (choices.integer(in: 0...64), choices.integer(in: 0...64))
            file.write(choices.remainder())
            let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            guard let source = try? RawSource(descriptor: descriptor, format: format, width: width, height: height)
            else { return }
            var frame = Frame()
            while (try? source.read(into: &frame)) == true {}
        })

    private static let boundary = Array("--next--".utf8)
}

private let file = ScratchFile("raw")
