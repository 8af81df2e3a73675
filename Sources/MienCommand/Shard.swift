import ArgumentParser
import MienNN

/// One of several machines' shares of the same inputs, as "2/5": the second of five.
struct Shard: ExpressibleByArgument {
    /// From 1 to `count`.
    let number: Int
    let count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], count >= 1, (1...count).contains(number)
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    /// Every place belongs to exactly one of the shares, the same on every machine.
    func holds(_ place: String) -> Bool {
        // Folded, since of its lowest bits each depends on the bytes' lowest alone.
        let hash = Fingerprint.of(place.utf8)
        return Int((hash ^ hash >> 32) & 0xFFFF_FFFF) % count == number - 1
    }
}
