import MienImage
import Testing

@Suite struct LumaFormatTests {
    /// The definition: black to 0, white to 255, linear between, clamped.
    static func level(_ value: Int, _ format: LumaFormat) -> Double {
        let black = format.isLimited ? 16 << (format.depth - 8) : 0
        let white = format.isLimited ? 235 << (format.depth - 8) : (1 << format.depth) - 1
        return max(0, min(255, Double(value - black) * 255 / Double(white - black)))
    }

    @Test("All 8-bit values are right, in both ranges, alone or between others", arguments: [false, true], [1, 2, 4])
    func reads8Bits(isLimited: Bool, step: Int) {
        var format = LumaFormat()
        (format.isLimited, format.step, format.offset) = (isLimited, step, step - 1)
        var bytes = [UInt8](repeating: 99, count: 256 * step)
        for value in 0..<256 { bytes[value * step + step - 1] = UInt8(value) }
        var plane = Plane()
        format.read(bytes, stride: 0, width: 256, height: 1, into: &plane)
        #expect(Array(plane.view.row(0)) == (0..<256).map { UInt8(Self.level($0, format).rounded()) })
    }

    @Test(
        "All values of more than 8 bits are right, in both ranges and byte orders",
        arguments: [9, 10, 12, 14, 16], [false, true])
    func readsMoreBits(depth: Int, isBigEndian: Bool) {
        for (isLimited, shift) in [(false, 0), (true, 0), (false, 16 - depth), (true, 16 - depth)] {
            var format = LumaFormat()
            (format.depth, format.shift, format.isBigEndian, format.isLimited) = (depth, shift, isBigEndian, isLimited)
            format.step = 2
            let words = (0..<1 << depth).map { UInt16($0) << shift }
            let bytes = words.flatMap { word in
                isBigEndian ? [UInt8(word >> 8), UInt8(word & 255)] : [UInt8(word & 255), UInt8(word >> 8)]
            }
            var plane = Plane()
            format.read(bytes, stride: 0, width: words.count, height: 1, into: &plane)
            // Halves may go either way, and what is next to a half too.
            let row = plane.view.row(0)
            let differing = words.indices.filter { abs(Double(row[$0]) - Self.level($0, format)) > 0.501 }
            #expect(differing.isEmpty, "\(format)")
        }
    }

    @Test("A picture stored from the bottom up is read from the top down")
    func readsBottomUp() {
        let stored = numbered(width: 7, height: 5)
        var plane = Plane()
        LumaFormat().read(
            stored.base + 4 * stored.stride, stride: -stored.stride, width: 7, height: 5, into: &plane)
        #expect(samples(plane.view) == samples(stored.view).reversed())
    }
}
