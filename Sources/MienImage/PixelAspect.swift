/// The shape of stored pixels: their width over their height, as two whole numbers. (Sample aspect ratio)
///
/// A picture with pixels that aren't square is displayed with as many rows as it is stored, and more or fewer columns.
public struct PixelAspect: Hashable, Sendable {
    public let numerator: Int32
    public let denominator: Int32

    public static let square = PixelAspect(unchecked: 1, 1)
    /// Wider or higher pixels no camera and no disc has: whoever says so is wrong.
    private static let widest = 4.0

    private init(unchecked numerator: Int32, _ denominator: Int32) {
        (self.numerator, self.denominator) = (numerator, denominator)
    }

    /// nil where that is no shape of pixels.
    public init?(_ numerator: Int32, _ denominator: Int32) {
        guard numerator > 0, denominator > 0 else { return nil }
        self.init(unchecked: numerator, denominator)
        guard (1 / Self.widest...Self.widest).contains(value) else { return nil }
    }

    public var value: Double { Double(numerator) / Double(denominator) }

    /// Or nearly so: a size rounded to whole pixels makes a hundredth.
    public var isSquare: Bool { abs(value - 1) < 0.01 }

    /// How many columns `width` of stored pixels are when displayed.
    public func displayed(_ width: Int) -> Int {
        isSquare ? width : max(1, Int((Double(width) * value).rounded()))
    }
}
