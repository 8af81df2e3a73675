public import MienImage

/// A face seen in one frame.
public struct Sighting: Hashable, Sendable {
    /// The same for sightings that the follower holds to be one face; unique within a run.
    public var tracklet: Int
    public var region: Region

    public init(tracklet: Int, region: Region) {
        self.tracklet = tracklet
        self.region = region
    }
}

extension Region {
    var centreX: Double { x + width / 2 }
    var centreY: Double { y + height / 2 }

    /// Intersection over union, 0 to 1.
    func overlap(_ other: Region) -> Double {
        let sharedWidth = min(x + width, other.x + other.width) - max(x, other.x)
        let sharedHeight = min(y + height, other.y + other.height) - max(y, other.y)
        guard sharedWidth > 0, sharedHeight > 0 else { return 0 }
        let shared = sharedWidth * sharedHeight
        return shared / (width * height + other.width * other.height - shared)
    }

    /// Distance of the centres, in widths of the mean of both.
    func distance(_ other: Region) -> Double {
        let (dx, dy) = (centreX - other.centreX, centreY - other.centreY)
        return (dx * dx + dy * dy).squareRoot() * 2 / (width + other.width)
    }

    /// Whether both frame the same face: neither overlap alone (a small box inside a large one) nor distance alone tells.
    func isSameFace(as other: Region) -> Bool {
        overlap(other) > 0.3 || (distance(other) < 0.35 && max(width, other.width) < 2 * min(width, other.width))
    }

    func moved(x dx: Double, y dy: Double) -> Region {
        Region(x: x + dx, y: y + dy, width: width, height: height)
    }

    /// In the pixels of a picture that has so many more of them across and down.
    func scaled(x: Double, y: Double) -> Region {
        Region(x: self.x * x, y: self.y * y, width: width * x, height: height * y)
    }
}
