/// A picture to draw on, in whatever layout it has: planar or packed YUV, RGB or grey; seen as displayed, that is upright.
///
/// Doesn't own its samples: valid as long as their owner keeps them.
public struct Canvas {
    /// Where one component's samples lie: luma, a chroma, red.
    public struct Component {
        /// The sample at the stored picture's top left.
        public var base: UnsafeMutableRawPointer
        /// Bytes from the start of one row to the start of the next; negative where the bottom row comes first.
        public var stride: Int
        /// Bytes from one sample to the next in its row.
        public var step: Int
        /// log2 of how many stored pixels share a sample each way.
        public var shiftX = 0
        public var shiftY = 0
        /// Bits of a sample, 8 to 16, and unused bits below them. More than 8 bits in all take two bytes.
        public var depth = 8
        public var shift = 0
        /// Samples of two bytes have the high one first.
        public var isBigEndian = false

        public init(base: UnsafeMutableRawPointer, stride: Int, step: Int) {
            (self.base, self.stride, self.step) = (base, stride, step)
        }
    }

    /// In the colour model's order: luma, Cb, Cr; or red, green, blue. Others, such as opacity, are left out.
    public var components: [Component]
    public var model: ColourModel
    public var storedWidth: Int
    public var storedHeight: Int
    /// The shape of its pixels, and how the stored picture is turned to stand upright.
    public var pixelAspect: PixelAspect
    public var orientation: Orientation

    public init(
        components: [Component], model: ColourModel, storedWidth: Int, storedHeight: Int,
        pixelAspect: PixelAspect = .square, orientation: Orientation = .up
    ) {
        (self.components, self.model) = (components, model)
        (self.pixelAspect, self.orientation) = (pixelAspect, orientation)
        (self.storedWidth, self.storedHeight) = (storedWidth, storedHeight)
    }

    /// Size as displayed, in pixels.
    public var width: Int { orientation.isTransposed ? storedHeight : pixelAspect.displayed(storedWidth) }
    public var height: Int { orientation.isTransposed ? pixelAspect.displayed(storedWidth) : storedHeight }
    public var bounds: Box { Box(x: 0, y: 0, width: width, height: height) }

    /// The stored pixels as seen upright.
    var pixels: Box {
        orientation.isTransposed
            ? Box(x: 0, y: 0, width: storedHeight, height: storedWidth)
            : Box(x: 0, y: 0, width: storedWidth, height: storedHeight)
    }

    /// Pixels as displayed to one of `pixels`, across and down.
    var scale: (x: Double, y: Double) {
        let pixels = pixels
        return (
            Double(width) / Double(max(pixels.width, 1)), Double(height) / Double(max(pixels.height, 1))
        )
    }
}

/// What a picture's components mean.
public enum ColourModel: Hashable, Sendable {
    /// One component, 0 black. Limited grey is `yuv` with luma alone.
    case grey
    case rgb
    /// `isLimited`: black is 16 and white 235, times 2 for each bit above 8.
    case yuv(Matrix, isLimited: Bool)

    /// How luma and chroma come from red, green and blue (ITU-R BT.601, BT.709, BT.2020 non-constant luminance).
    public enum Matrix: Sendable {
        case bt601, bt709, bt2020

        /// What red and blue weigh in luma.
        var weights: (red: Double, blue: Double) {
            switch self {
            case .bt601: (0.299, 0.114)
            case .bt709: (0.2126, 0.0722)
            case .bt2020: (0.2627, 0.0593)
            }
        }
    }
}

/// A colour in sRGB, and how much of what is below it hides: 0 nothing, 1 all.
public struct Colour: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    public var alpha = 1.0

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: Double = 1) {
        (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }
}
