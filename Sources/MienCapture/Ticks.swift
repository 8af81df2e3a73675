package import CMienAV

/// Counts in a time base, and seconds: no number makes them overflow.
package struct Ticks {
    /// Stamps beyond are damaged. Sums of a few below are whole numbers of 64 bits.
    static let limit = Int64(1) << 60

    /// Seconds in one.
    private let tick: Double

    package init(_ timeBase: AVRational) {
        tick = timeBase.num > 0 && timeBase.den > 0 ? Double(timeBase.num) / Double(timeBase.den) : 1e-6
    }

    package func seconds(_ count: Int64) -> Double { Double(count) * tick }

    /// As many as come nearest.
    package func count(_ seconds: Double) -> Int64 {
        let count = (seconds / tick).rounded()
        return count.isNaN ? 0 : Int64(min(max(count, -Double(Self.limit)), Double(Self.limit)))
    }
}
