/// SplitMix64: our own generator, so that a seed gives the same numbers on every machine and with every Swift.
///
/// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014. Streams that must not depend on the order
/// of work (of a picture, of a shard) are each made from the seed and what they are for.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A stream of its own for each list of numbers.
    public init(_ seed: UInt64, _ purposes: UInt64...) {
        state = Self.mixed(seed)
        for purpose in purposes { state = Self.mixed(state ^ Self.mixed(purpose &+ Self.golden)) }
    }

    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    public mutating func next() -> UInt64 {
        state &+= Self.golden
        return Self.mixed(state)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 to 1, without 1, in steps of 2^-24.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A whole number of `range`. (Swift's `Int.random` may change from version to version.)
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next().multipliedFullWidth(by: UInt64(range.count)).high)
    }

    /// Another order of `items`, each as likely as any other. (Fisher and Yates)
    public mutating func shuffle<Item>(_ items: inout [Item]) {
        for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, integer(in: 0...last)) }
    }
}
