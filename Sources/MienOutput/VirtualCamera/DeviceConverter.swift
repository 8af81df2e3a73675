import CMienAV
import Mien
import MienCapture

/// Brings pictures into the form that a device wants: upright, as large as it allows, on black.
final class DeviceConverter {
    /// What devices are offered, the first first.
    static let formats = ["YUYV", "NV12"].compactMap { FourCC($0) }

    private let format: OutputDevice.Format
    private let isPacked: Bool
    private let converter: PictureConverter
    private let (upright, way, fitted): (Picture, Picture, Picture)
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ format: OutputDevice.Format) throws(CaptureError) {
        self.format = format
        isPacked = format.fourCC == Self.formats.first
        converter = try PictureConverter()
        (upright, way, fitted) = (try Picture(), try Picture(), try Picture())
        // A driver may ask for less than its rows take; where it has room for more (v4l2loopback: whole pages), its readers
        // still go by the picture's own bytes, and FFmpeg turns away what is longer.
        let rows = isPacked ? format.height : format.height + (format.height + 1) / 2
        bytes = .allocate(byteCount: min(format.size, max(rows * format.stride, 0)), alignment: 64)
        for index in bytes.indices {
            let isLuma = isPacked ? index % 2 == 0 : index < format.stride * format.height
            bytes[index] = isLuma ? 16 : 128
        }
    }

    deinit { bytes.deallocate() }

    /// The picture's bytes; valid until the next call.
    func convert(_ picture: Picture) throws(CaptureError) -> UnsafeRawBufferPointer {
        var source = picture
        if picture.orientation != .up {
            try picture.turn(into: upright, as: AV_PIX_FMT_YUV420P, using: converter, by: way)
            source = upright
        }
        // Chroma's samples are shared by two pixels each way.
        let scale = min(
            Double(format.width) / Double(max(source.width, 1)), Double(format.height) / Double(max(source.height, 1)))
        let width = max(2, Int((Double(source.width) * scale).rounded()) & -2)
        let height = max(2, Int((Double(source.height) * scale).rounded()) & -2)
        try fitted.resize(width: width, height: height, format: isPacked ? AV_PIX_FMT_YUYV422 : AV_PIX_FMT_NV12)
        fitted.frame.pointee.colorspace = source.frame.pointee.colorspace
        fitted.frame.pointee.color_range = AVCOL_RANGE_MPEG
        try source.convert(into: fitted, using: converter)

        let (left, top) = ((format.width - width) / 4 * 2, (format.height - height) / 4 * 2)
        let (data, strides) = (fitted.frame.pointee.data, fitted.frame.pointee.linesize)
        if isPacked {
            copy(data.0, strides.0, rows: height, 2 * width, to: top * format.stride + 2 * left)
        } else {
            copy(data.0, strides.0, rows: height, width, to: top * format.stride + left)
            copy(data.1, strides.1, rows: height / 2, width, to: (format.height + top / 2) * format.stride + left)
        }
        return UnsafeRawBufferPointer(bytes)
    }

    private func copy(_ from: UnsafeMutablePointer<UInt8>?, _ stride: Int32, rows: Int, _ count: Int, to offset: Int) {
        guard let from, let base = bytes.baseAddress else { return }
        for y in 0..<rows {
            let place = offset + y * format.stride
            guard place >= 0, place + count <= bytes.count else { return }
            (base + place).copyMemory(from: from + y * Int(stride), byteCount: count)
        }
    }
}
