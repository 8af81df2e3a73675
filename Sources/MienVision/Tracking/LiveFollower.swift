public import MienImage

/// Follows faces on frames as they come, with nothing known of what comes next. Scans happen elsewhere, now and then;
/// what they find is followed from the next frame on. One thread at a time.
public struct LiveFollower<Finder: FaceFinder & ~Copyable>: ~Copyable {
    /// The faces of the last frame, in the order in which they were found. Tracklets count from 0.
    public private(set) var sightings: [Sighting] = []
    /// Whether a scan should not wait: a face was just lost, or nothing is being followed.
    public private(set) var wantsScan = true

    private var finder: Finder
    private var followed: [Followed] = []
    private var next = 0
    /// Of the picture before.
    private var (width, height) = (0, 0)

    private struct Followed {
        let tracklet: Int
        var motion: Motion
        /// Frames since the cascade last agreed that this is a face.
        var unconfirmed = 0
    }

    public init(finder: consuming Finder) { self.finder = finder }

    /// Follows the faces that a scan of a recent frame has found too.
    public mutating func add(_ scanned: [Region]) {
        for face in scanned where !followed.contains(where: { $0.motion.region.isSameFace(as: face) }) {
            followed.append(Followed(tracklet: next, motion: Motion(face)))
            next += 1
        }
    }

    /// Sets `sightings` to the faces in `picture`.
    ///
    /// `isCut`: whether it shows another scene than the one before, where faces aren't followed; nor are they where it has
    /// another size.
    public mutating func follow(_ picture: PlaneView, isCut: Bool) throws(VisionError) {
        sightings.removeAll(keepingCapacity: true)
        let isOther = width > 0 && (picture.width, picture.height) != (width, height)
        (width, height) = (picture.width, picture.height)
        if isCut || isOther { followed.removeAll(keepingCapacity: true) }
        wantsScan = false
        for index in followed.indices {
            if let seen = try finder.find(near: followed[index].motion.expected, in: picture), !isKnown(seen) {
                followed[index].motion.see(seen)
                try confirm(index, in: picture)
                sightings.append(Sighting(tracklet: followed[index].tracklet, region: seen))
            } else {
                followed[index].motion.miss()
                wantsScan = true
            }
        }
        followed.removeAll { $0.motion.misses >= Pace.patience || $0.unconfirmed >= Pace.credit }
        if followed.isEmpty { wantsScan = true }
    }

    /// Asks the cascade now and then, for a small network alone may hold on to what was never a face, or is none any more.
    private mutating func confirm(_ index: Int, in picture: PlaneView) throws(VisionError) {
        followed[index].unconfirmed += 1
        guard followed[index].unconfirmed % Pace.confirmation == 0 else { return }
        if try finder.confirm(followed[index].motion.region, in: picture) { followed[index].unconfirmed = 0 }
    }

    private func isKnown(_ face: Region) -> Bool { sightings.contains { $0.region.isSameFace(as: face) } }
}
