/// How a decoder or driver lays out luma samples of up to 16 bits, alone or between others.
public struct LumaFormat: Hashable, Sendable {
    /// Bits of a sample, 8 to 16.
    public var depth = 8
    /// Unused bits below the sample.
    public var shift = 0
    /// Bytes from one sample to the next.
    public var step = 1
    /// Bytes before a row's first sample.
    public var offset = 0
    /// Samples of more than 8 bits have their high byte first.
    public var isBigEndian = false
    /// Black is 16 and white 235 (times 2 for each bit above 8), as in most video (ITU-R BT.601, BT.709); values
    /// outside are clamped. Otherwise black is 0 and white the largest value.
    public var isLimited = false

    public init() {}

    /// Writes a picture's luma into `target` as 8 bits, full range.
    ///
    /// `base` is the start of the top row; `stride` bytes lie between starts of rows, negative where the picture is
    /// stored from the bottom up.
    public func read(
        _ base: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int, into target: inout Plane
    ) {
        target.resize(width: width, height: height)
        for y in 0..<height {
            let from = base + y * stride + offset
            let to = target.base + y * target.stride
            // The usual steps as constants, so that these become vector instructions.
            switch (depth > 8, isLimited, step) {
            case (true, _, 2): readDeep(from, 2, into: to, count: width)
            case (true, _, _): readDeep(from, step, into: to, count: width)
            case (false, true, 1): expand(from, 1, into: to, count: width)
            case (false, true, 2): expand(from, 2, into: to, count: width)
            case (false, true, _): expand(from, step, into: to, count: width)
            case (false, false, 1): to.update(from: from, count: width)
            case (false, false, _): for x in 0..<width { to[x] = from[x &* step] }
            }
        }
    }

    @inline(__always)
    private func expand(
        _ from: UnsafePointer<UInt8>, _ step: Int, into to: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        for x in 0..<count {
            let value = UInt16(min(max(from[x &* step], 16), 235) &- 16)
            // value * 255 / 219 rounded, for 255/219 is 1 + 12/73, and 898/65536 as good as 1/73 here.
            let rest = (UInt32(value &* 12 &+ 36) &* 898) >> 16
            to[x] = UInt8(truncatingIfNeeded: value &+ UInt16(truncatingIfNeeded: rest))
        }
    }

    @inline(__always)
    private func readDeep(
        _ from: UnsafePointer<UInt8>, _ step: Int, into to: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        let black: UInt32 = isLimited ? 16 << UInt32(depth - 8) : 0
        let span: UInt32 = isLimited ? 219 << UInt32(depth - 8) : (1 << UInt32(depth)) - 1
        // 255 / span with 24 bits after the point: the product below stays under 2^32.
        let scale = (255 << 24 + span / 2) / span
        let mask: UInt32 = (1 << UInt32(depth)) - 1
        let (shift, swapped, raw) = (UInt32(shift), isBigEndian, UnsafeRawPointer(from))
        for x in 0..<count {
            let word = raw.loadUnaligned(fromByteOffset: x &* step, as: UInt16.self)
            let value = (UInt32(swapped ? word.byteSwapped : UInt16(littleEndian: word)) &>> shift) & mask
            let above = min(max(value, black) &- black, span)
            to[x] = UInt8(truncatingIfNeeded: (above &* scale &+ 1 << 23) >> 24)
        }
    }
}
