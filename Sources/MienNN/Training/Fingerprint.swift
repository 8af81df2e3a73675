/// A number that tells some bytes from others: FNV-1a, 64 bits.
/// (Fowler, Noll, Vo: https://datatracker.ietf.org/doc/draft-eastlake-fnv/)
package enum Fingerprint {
    package static func of(_ bytes: some Sequence<UInt8>, after: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        bytes.reduce(after) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Likewise, of megabytes: over words of eight bytes, whose upper bits are carried down after each.
    package static func of(words bytes: UnsafeRawBufferPointer, after: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        var hash = after
        let whole = bytes.count & ~7
        var place = 0
        while place < whole {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x100_0000_01B3
            hash ^= hash >> 29
            place += 8
        }
        return of(bytes[whole...], after: hash ^ UInt64(bytes.count))
    }

    /// `name` with the fingerprint of what it stands for.
    package static func named(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
        "\(name) \(String(of(bytes), radix: 16))"
    }
}
