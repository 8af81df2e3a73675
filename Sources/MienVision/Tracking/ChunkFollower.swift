public import MienImage

/// Finds the faces in a run of frames that are all at hand: a full scan now and then, and from there each face is
/// followed frame by frame, forwards and backwards.
///
/// A face that is found late is thus known from its first frame on, although few frames are ever scanned. What is found
/// depends on these frames alone, so that a recording gives the same answer whoever works on which part of it.
/// One thread at a time.
public struct ChunkFollower<Finder: FaceFinder & ~Copyable>: ~Copyable {
    /// The faces of each frame, in the order in which they were found. Tracklets count from 0.
    public private(set) var sightings: [[Sighting]] = []

    private var finder: Finder
    private var found: [Region] = []
    /// For each frame whether a face that was followed is missing from there on.
    private var isLost: [Bool] = []
    /// For each tracklet on how many frames it is seen.
    private var lengths: [Int] = []

    public init(finder: consuming Finder) { self.finder = finder }

    /// Sets `sightings` to the faces in `pictures`.
    ///
    /// `cuts`: for each picture, whether it shows another scene than the one before. Nor are faces followed from pictures of
    /// one size to those of another.
    public mutating func follow(_ pictures: [PlaneView], cuts: [Bool]) throws(VisionError) {
        while sightings.count < pictures.count { sightings.append([]) }
        for frame in sightings.indices { sightings[frame].removeAll(keepingCapacity: true) }
        isLost.removeAll(keepingCapacity: true)
        for _ in pictures { isLost.append(false) }
        lengths.removeAll(keepingCapacity: true)

        var start = 0
        while start < pictures.count {
            var end = start + 1
            while end < pictures.count, !cuts[end], pictures[end].hasSize(of: pictures[start]) { end += 1 }
            try follow(pictures, scene: start..<end)
            start = end
        }
    }

    private mutating func follow(_ pictures: [PlaneView], scene: Range<Int>) throws(VisionError) {
        let firstTracklet = lengths.count
        var next = scene.lowerBound + min(Pace.idle, scene.count) / 2
        var nextFull = next
        while next < scene.upperBound {
            let isFull = next >= nextFull
            try scan(pictures, at: next, isFull ? .full : .large, scene: scene)
            if isFull { nextFull = next + (sightings[next].isEmpty ? Pace.idleFull : Pace.busyFull) }
            let soonest = next + Pace.patience
            next += sightings[next].isEmpty ? Pace.idle : Pace.busy
            // Where a face got lost is looked at again, but scans never follow on each other's heels.
            if let lost = scene.clamped(to: soonest..<next).first(where: { isLost[$0] }) {
                (next, nextFull) = (lost, lost)
            }
        }
        dropFleeting(firstTracklet..<lengths.count, in: scene)
    }

    private mutating func scan(
        _ pictures: [PlaneView], at frame: Int, _ kind: ScanKind, scene: Range<Int>
    ) throws(VisionError) {
        try finder.scan(pictures[frame], pictures.count == 1 ? .single : kind, into: &found)
        for face in found where !isKnown(face, in: frame) {
            let tracklet = lengths.count
            lengths.append(0)
            add(Sighting(tracklet: tracklet, region: face), to: frame)
            try follow(face, tracklet, pictures, stride(from: frame + 1, to: scene.upperBound, by: 1))
            try follow(face, tracklet, pictures, stride(from: frame - 1, through: scene.lowerBound, by: -1))
        }
    }

    private mutating func follow(
        _ face: Region, _ tracklet: Int, _ pictures: [PlaneView], _ frames: some Sequence<Int>
    ) throws(VisionError) {
        var motion = Motion(face)
        for frame in frames {
            if let seen = try finder.find(near: motion.expected, in: pictures[frame]), !isKnown(seen, in: frame) {
                add(Sighting(tracklet: tracklet, region: seen), to: frame)
                motion.see(seen)
            } else {
                motion.miss()
                if motion.misses == 1 { isLost[frame] = true }
                if motion.misses == Pace.patience { return }
            }
        }
    }

    private func isKnown(_ face: Region, in frame: Int) -> Bool {
        sightings[frame].contains { $0.region.isSameFace(as: face) }
    }

    private mutating func add(_ sighting: Sighting, to frame: Int) {
        sightings[frame].append(sighting)
        lengths[sighting.tracklet] += 1
    }

    /// What comes and goes within a moment was no face; at the ends of a scene nobody can tell.
    private mutating func dropFleeting(_ tracklets: Range<Int>, in scene: Range<Int>) {
        for tracklet in tracklets where lengths[tracklet] < Pace.fewestSightings {
            let reachesEnd = [scene.lowerBound, scene.upperBound - 1].contains { frame in
                sightings[frame].contains { $0.tracklet == tracklet }
            }
            if reachesEnd { continue }
            for frame in scene { sightings[frame].removeAll { $0.tracklet == tracklet } }
        }
    }
}

extension PlaneView {
    func hasSize(of other: PlaneView) -> Bool { width == other.width && height == other.height }
}

/// How often faces are looked for, in frames.
enum Pace {
    /// From one scan to the next while faces are followed, and while there are none. Most are for large faces.
    static let busy = 24
    static let idle = 8
    /// From one full scan to the next.
    static let busyFull = 48
    static let idleFull = 24
    /// A face that is not found on so many frames in a row is lost.
    static let patience = 3
    /// Of a face that is followed as frames come: the cascade is asked about it after so many frames, and where it has
    /// said no for so long, the face is let go.
    static let confirmation = 15
    static let credit = 60
    /// What is seen on fewer frames was no face.
    static let fewestSightings = 3
}
