/// The four letters that name a pixel format in V4L2.
public struct FourCC: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// From up to four letters, as "GREY" or "Y16".
    public init?(_ letters: String) {
        let bytes = Array(letters.utf8)
        guard (1...4).contains(bytes.count) else { return nil }
        rawValue = (0..<4).reduce(0) { $0 | UInt32($1 < bytes.count ? bytes[$1] : 0x20) << UInt32(8 * $1) }
    }

    /// The letters; "-BE" follows those of a big-endian variant, whose highest bit is set.
    public var description: String {
        let letters = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> UInt32(8 * $0)) & 0x7F }
        let end = letters.lastIndex { $0 != 0x20 } ?? -1
        return String(decoding: letters[...end], as: UTF8.self) + (rawValue >> 31 == 1 ? "-BE" : "")
    }
}
