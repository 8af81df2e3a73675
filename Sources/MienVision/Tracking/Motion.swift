import MienImage

/// Where a face that is followed from frame to frame is expected next: where it was, moved on as it moved lately.
struct Motion {
    private(set) var region: Region
    /// Frames since the face was last seen.
    private(set) var misses = 0
    private var dx = 0.0
    private var dy = 0.0

    init(_ region: Region) { self.region = region }

    var expected: Region {
        // A face that was missed is not assumed to fly on for long.
        let frames = min(Double(misses + 1), 2)
        return region.moved(x: dx * frames, y: dy * frames)
    }

    mutating func see(_ seen: Region) {
        let frames = Double(misses + 1)
        dx = (dx + (seen.centreX - region.centreX) / frames) / 2
        dy = (dy + (seen.centreY - region.centreY) / frames) / 2
        region = seen
        misses = 0
    }

    mutating func miss() { misses += 1 }
}
