import CMienV4L2
import MienImage

/// How a camera or a pipe lays out its pixels, and how to come by their luma.
public struct PixelFormat: Hashable, Sendable {
    public let fourCC: FourCC
    /// As the command line has it, first our name, then FFmpeg's and others'.
    public let names: [String]
    let layout: Layout

    enum Layout: Hashable, Sendable {
        /// Luma on its own or between chroma, which lies behind it or there too.
        case luma(LumaFormat, chroma: Chroma)
        /// Three bytes a pixel; the positions of red and blue.
        case colour(red: Int, blue: Int)
        case jpeg
        /// Something that libv4lconvert may know.
        case foreign
    }

    /// Samples in planes behind the luma: for each 2x2 pixels, or 2x1, a pair.
    enum Chroma: Hashable, Sendable {
        case none, quarter, half
    }

    private init(_ fourCC: UInt32, _ names: [String], _ layout: Layout) {
        (self.fourCC, self.names, self.layout) = (FourCC(rawValue: fourCC), names, layout)
    }

    /// In the order of what a frame costs: bytes on the bus, then work.
    public static let known: [PixelFormat] = [
        PixelFormat(code("GREY"), ["grey", "gray", "y8"], .luma(LumaFormat(), chroma: .none)),
        PixelFormat(code("NV12"), ["nv12"], .luma(LumaFormat(), chroma: .quarter)),
        PixelFormat(code("NV21"), ["nv21"], .luma(LumaFormat(), chroma: .quarter)),
        PixelFormat(code("YU12"), ["yu12", "i420", "yuv420p"], .luma(LumaFormat(), chroma: .quarter)),
        PixelFormat(code("YV12"), ["yv12"], .luma(LumaFormat(), chroma: .quarter)),
        PixelFormat(code("YUYV"), ["yuyv", "yuyv422", "yuy2"], .luma(pairs(first: true), chroma: .none)),
        PixelFormat(code("UYVY"), ["uyvy", "uyvy422"], .luma(pairs(first: false), chroma: .none)),
        PixelFormat(code("YVYU"), ["yvyu", "yvyu422"], .luma(pairs(first: true), chroma: .none)),
        PixelFormat(code("VYUY"), ["vyuy"], .luma(pairs(first: false), chroma: .none)),
        PixelFormat(code("NV16"), ["nv16"], .luma(LumaFormat(), chroma: .half)),
        PixelFormat(code("422P"), ["422p", "yuv422p"], .luma(LumaFormat(), chroma: .half)),
        PixelFormat(code("Y16"), ["y16", "gray16le"], .luma(deep(), chroma: .none)),
        PixelFormat(code("RGB3"), ["rgb24"], .colour(red: 0, blue: 2)),
        PixelFormat(code("BGR3"), ["bgr24"], .colour(red: 2, blue: 0)),
        PixelFormat(code("MJPG"), ["mjpeg", "mjpg"], .jpeg),
        PixelFormat(code("JPEG"), ["jpeg", "jpg"], .jpeg),
    ]

    private static func code(_ letters: String) -> UInt32 { FourCC(letters)?.rawValue ?? 0 }

    private static func pairs(first: Bool) -> LumaFormat {
        var format = LumaFormat()
        (format.step, format.offset) = (2, first ? 0 : 1)
        return format
    }

    private static func deep() -> LumaFormat {
        var format = LumaFormat()
        (format.depth, format.step) = (16, 2)
        return format
    }

    /// The format of that code; one for libv4lconvert where we don't know it.
    public init(_ fourCC: FourCC) {
        self =
            Self.known.first { $0.fourCC == fourCC }
            ?? PixelFormat(fourCC.rawValue, [fourCC.description.lowercased()], .foreign)
    }

    /// The format of that name, or of that V4L2 code; nil where it can be neither.
    public init?(named name: String) {
        let wanted = name.lowercased()
        if let known = Self.known.first(where: { $0.names.contains(wanted) }) {
            self = known
        } else if let fourCC = FourCC(name) {
            self.init(fourCC)
        } else {
            return nil
        }
    }

    /// Rank by cost, the least first.
    var cost: Int { Self.known.firstIndex(of: self) ?? Self.known.count }

    /// Bytes from row to row where nothing lies between rows; 0 where there are no rows.
    func stride(width: Int) -> Int {
        switch layout {
        case .luma(let luma, _): width * luma.step
        case .colour: width * 3
        case .jpeg, .foreign: 0
        }
    }

    /// Bytes of a whole frame without gaps; nil where frames differ in size.
    public func frameSize(width: Int, height: Int) -> Int? {
        switch layout {
        case .luma(let luma, let chroma):
            let across = (width + 1) / 2
            let rest =
                switch chroma {
                case .none: 0
                case .quarter: 2 * across * ((height + 1) / 2)
                case .half: 2 * across * height
                }
            return width * luma.step * height + rest
        case .colour: return width * 3 * height
        case .jpeg, .foreign: return nil
        }
    }
}
