/// How long the last frames took from the camera to their labels.
struct LatencyWindow {
    /// Seconds, of the newest frames; a ring once it is full.
    private var samples: [Double] = []
    private var next = 0

    /// Half a minute at 30 frames a second.
    private static let capacity = 900

    mutating func add(_ seconds: Double) {
        if samples.count < Self.capacity {
            samples.append(seconds)
        } else {
            samples[next] = seconds
            next = (next + 1) % Self.capacity
        }
    }

    /// The median and the 99th percentile, by the nearest rank; nil before the first frame.
    var percentiles: (median: Double, high: Double)? {
        guard !samples.isEmpty else { return nil }
        let sorted = samples.sorted()
        func rank(_ share: Double) -> Double { sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)] }
        return (rank(0.5), rank(0.99))
    }
}
