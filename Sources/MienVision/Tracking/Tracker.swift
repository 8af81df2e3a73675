public import MienImage

/// Gives faces their identity: joins the sightings of one frame to those of the frames before, steadies their boxes, and
/// bridges moments in which a face was not seen. Frames come in order, one thread at a time.
public struct Tracker {
    /// For so many seconds a face that is not seen keeps its place.
    public static let coasting = 0.15
    /// For so many seconds a face that comes back gets its old id.
    public static let memory = 1.0
    /// By so much the shapes of two sizes of one picture differ, since these are whole pixels.
    private static let distortion = 0.02

    private var tracks: [Track] = []
    private var nextID = 1
    /// Of the pictures so far.
    private var (width, height) = (0, 0)
    // Working memory of a frame.
    private var matches: [Match] = []
    private var isTaken: [Bool] = []

    public init() {}

    /// The frames that follow have this size. Where another one shows the same, faces keep their places in it.
    public mutating func adapt(toWidth width: Int, height: Int) {
        if (width, height) == (self.width, self.height) { return }
        let (x, y) = (Double(width) / Double(max(self.width, 1)), Double(height) / Double(max(self.height, 1)))
        (self.width, self.height) = (width, height)
        // Where it has another shape, nobody knows what has become of what.
        guard abs(x / y - 1) < Self.distortion else { return tracks.removeAll(keepingCapacity: true) }
        for index in tracks.indices { tracks[index].scale(x: x, y: y) }
    }

    /// Sets `faces` to the faces of a frame, in the order of their ids.
    ///
    /// - Parameters:
    ///   - sightings: what was seen.
    ///   - chunk: the run of frames in which tracklets have these numbers; another chunk's are others.
    ///   - time: the frame's presentation time in seconds.
    ///   - isCut: whether the frame shows another scene than the one before.
    public mutating func track(
        _ sightings: [Sighting], of chunk: Int = 0, time: Double, isCut: Bool, into faces: inout [TrackedFace]
    ) {
        tracks.removeAll { isCut || time - $0.lastSeen > Self.memory || time < $0.lastSeen }
        for index in tracks.indices { tracks[index].isSeen = false }
        match(sightings, of: chunk, time: time)

        faces.removeAll(keepingCapacity: true)
        for track in tracks where track.isSeen || time - track.lastSeen <= Self.coasting {
            let region = track.isSeen ? track.filter.region : track.expected(at: time)
            faces.append(TrackedFace(id: track.id, region: region, isDetected: track.isSeen))
        }
    }

    private mutating func match(_ sightings: [Sighting], of chunk: Int, time: Double) {
        matches.removeAll(keepingCapacity: true)
        isTaken.removeAll(keepingCapacity: true)
        for (index, sighting) in sightings.enumerated() {
            isTaken.append(false)
            for (slot, track) in tracks.enumerated() {
                let cost = track.cost(of: sighting, chunk, at: time)
                if cost < .infinity { matches.append(Match(cost: cost, sighting: index, track: slot)) }
            }
        }
        matches.sort { ($0.cost, $0.sighting, $0.track) < ($1.cost, $1.sighting, $1.track) }

        for match in matches where !isTaken[match.sighting] && !tracks[match.track].isSeen {
            isTaken[match.sighting] = true
            tracks[match.track].see(sightings[match.sighting], chunk, time: time)
        }
        for index in sightings.indices where !isTaken[index] {
            tracks.append(Track(id: nextID, sightings[index], chunk, time: time))
            nextID += 1
        }
    }
}

/// A face with its identity, in one frame.
public struct TrackedFace: Hashable, Sendable {
    /// Counts from 1 in the order of first appearance.
    public var id: Int
    public var region: Region
    /// False where the face was not seen in this frame and the region is a guess.
    public var isDetected: Bool
}

private struct Match {
    var cost: Double
    var sighting: Int
    var track: Int
}

/// What is known of one face.
private struct Track {
    let id: Int
    private var tracklet: (chunk: Int, number: Int)
    private(set) var filter: RegionFilter
    private(set) var lastSeen: Double
    /// In this frame.
    var isSeen = true
    private var last: Region
    /// Pixels a second.
    private var velocity = (x: 0.0, y: 0.0)

    init(id: Int, _ sighting: Sighting, _ chunk: Int, time: Double) {
        self.id = id
        tracklet = (chunk, sighting.tracklet)
        filter = RegionFilter(sighting.region, time: time)
        last = sighting.region
        lastSeen = time
    }

    /// Where the face would be if it had gone on as before, for the moment that a guess is good for.
    func expected(at time: Double) -> Region {
        let seconds = min(time - lastSeen, Tracker.coasting)
        return filter.region.moved(x: velocity.x * seconds, y: velocity.y * seconds)
    }

    /// Goes on in the pixels of a picture that has so many more of them across and down.
    mutating func scale(x: Double, y: Double) {
        filter.scale(x: x, y: y)
        last = last.scaled(x: x, y: y)
        velocity = (velocity.x * x, velocity.y * y)
    }

    /// How badly a sighting fits this face; infinite where it can't be the same.
    func cost(of sighting: Sighting, _ chunk: Int, at time: Double) -> Double {
        if tracklet == (chunk, sighting.tracklet) { return 0 }
        let ratio = max(sighting.region.width, last.width) / min(sighting.region.width, last.width)
        // The longer a face was away, the farther it may have gone: a face's width in a second, say.
        let reach = 0.5 + (time - lastSeen)
        let distance = sighting.region.distance(expected(at: time))
        return ratio < 1.6 && distance < reach ? 1 + distance : .infinity
    }

    mutating func see(_ sighting: Sighting, _ chunk: Int, time: Double) {
        let seconds = time - lastSeen
        if seconds > 0 {
            velocity.x += ((sighting.region.centreX - last.centreX) / seconds - velocity.x) / 2
            velocity.y += ((sighting.region.centreY - last.centreY) / seconds - velocity.y) / 2
        }
        if seconds > Tracker.coasting {
            // It was away: where it was then says nothing of where it is now.
            filter = RegionFilter(sighting.region, time: time)
            velocity = (0, 0)
        } else {
            filter.add(sighting.region, time: time)
        }
        (tracklet, last, lastSeen, isSeen) = ((chunk, sighting.tracklet), sighting.region, time, true)
    }
}
