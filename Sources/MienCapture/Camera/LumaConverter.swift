import CMienV4L2
import MienImage

/// Pictures as a driver or a pipe delivers them: where rows start, and which values are black and white.
struct RawLayout: Hashable, Sendable {
    var format: PixelFormat
    var width: Int
    var height: Int
    /// Bytes from one row of luma to the next.
    var stride: Int
    /// Black is 16 and white 235.
    var isLimited: Bool

    /// Rows without gaps; colour differences mean limited range, as in V4L2, ITU-R BT.601 and FFmpeg.
    init(_ format: PixelFormat, width: Int, height: Int) {
        (self.format, self.width, self.height) = (format, width, height)
        stride = format.stride(width: width)
        isLimited = format.hasChroma
    }

    /// As the driver settled it.
    init(_ settled: v4l2_pix_format) {
        self.init(
            PixelFormat(FourCC(rawValue: settled.pixelformat)), width: Int(settled.width), height: Int(settled.height))
        stride = max(stride, Int(settled.bytesperline))
        // The kernel's V4L2_MAP_QUANTIZATION_DEFAULT where the driver leaves it open.
        switch v4l2_quantization(settled.quantization) {
        case V4L2_QUANTIZATION_FULL_RANGE: isLimited = false
        case V4L2_QUANTIZATION_LIM_RANGE: isLimited = format.layout != .jpeg
        default: isLimited = format.hasChroma && settled.colorspace != V4L2_COLORSPACE_JPEG.rawValue
        }
    }
}

extension PixelFormat {
    /// Luma comes with colour differences: what is usual in video, unlike RGB and grey, which use all values.
    fileprivate var hasChroma: Bool {
        guard case .luma(let luma, let chroma) = layout else { return false }
        return chroma != .none || luma.step == 2 && luma.depth == 8
    }
}

/// Takes the luma out of the pictures of one stream: 8 bits, full range. One thread at a time.
final class LumaConverter {
    private let layout: RawLayout
    private let luma: LumaFormat?
    private var jpeg: JPEGLuma?
    private var foreign: ForeignLuma?

    /// `descriptor` is the camera's, for libv4lconvert; -1 where there is none. Throws where nothing can read the format.
    init(_ layout: RawLayout, descriptor: Int32, path: String) throws(CameraError) {
        self.layout = layout
        switch layout.format.layout {
        case .luma(var luma, _):
            luma.isLimited = layout.isLimited
            self.luma = luma
        case .colour: luma = nil
        case .jpeg:
            luma = nil
            jpeg = JPEGLuma(width: layout.width, height: layout.height)
        case .foreign:
            luma = nil
            foreign = try ForeignLuma(layout, descriptor: descriptor, path: path)
        }
    }

    /// Fills `target` with the luma of the picture in `bytes`. False where that is damaged or not whole: `target` then
    /// holds anything.
    func convert(_ bytes: UnsafeRawBufferPointer, into target: inout Plane) throws(CameraError) -> Bool {
        if let jpeg { return jpeg.decode(bytes, into: &target) }
        if let foreign { return try foreign.convert(bytes, into: &target) }
        let needed = layout.stride * (layout.height - 1) + layout.format.stride(width: layout.width)
        guard let base = bytes.baseAddress, bytes.count >= needed else { return false }
        let start = base.assumingMemoryBound(to: UInt8.self)
        if let luma {
            luma.read(start, stride: layout.stride, width: layout.width, height: layout.height, into: &target)
        } else if case .colour(let red, let blue) = layout.format.layout {
            target.readColour(
                start, stride: layout.stride, width: layout.width, height: layout.height, red: red, blue: blue,
                isLimited: layout.isLimited)
        }
        return true
    }

    /// Keeps the picture that was just converted from `bytes`, in its colours.
    func keep(_ bytes: UnsafeRawBufferPointer, in stored: inout StoredPicture) {
        if let foreign { foreign.keep(in: &stored) } else { stored.keep(bytes, layout) }
    }
}

extension Plane {
    /// Luma of three bytes a pixel by ITU-R BT.601's weights: 0.299 red, 0.587 green, 0.114 blue, in 256ths.
    mutating func readColour(
        _ base: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int, red: Int, blue: Int, isLimited: Bool
    ) {
        resize(width: width, height: height)
        // The weights' sum is 256, or 256 * 255 / 219 where that range is to be widened.
        let (black, forRed, forGreen, forBlue): (Int32, Int32, Int32, Int32) =
            isLimited ? (16, 89, 175, 34) : (0, 77, 150, 29)
        for y in 0..<height {
            let from = base + y * stride
            let to = self.base + y * self.stride
            for x in 0..<width {
                let pixel = from + 3 * x
                let sum =
                    (Int32(pixel[red]) &- black) &* forRed &+ (Int32(pixel[1]) &- black) &* forGreen
                    &+ (Int32(pixel[blue]) &- black) &* forBlue
                to[x] = UInt8(truncatingIfNeeded: min(max((sum &+ 128) >> 8, 0), 255))
            }
        }
    }
}
