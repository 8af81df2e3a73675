/// What a full scan searches for, and how closely. The defaults suit the built-in cascade.
public struct DetectionOptions: Hashable, Sendable {
    /// The ratio of each size of face that is searched for to the one before. Nearer to 1 finds more and takes longer.
    /// nil: 1.1 in a single picture, 1.25 where the pictures beside it give a face more chances.
    public var scaleFactor: Double?
    /// How many overlapping hits make a face. More means fewer false faces, and more faces missed.
    /// nil: 4 in a single picture, 1 where what is found is looked at again.
    public var neighbours: Int?
    /// Width of the smallest face to find, in pixels of the picture; nil: as small as a scan of `pixels` can see, some
    /// 20 pixels in 640x360.
    public var smallestFace: Int?
    /// Width of the largest face to find, in pixels of the picture; nil: as large as the picture.
    public var largestFace: Int?
    /// A scan sees the picture at a size of about so many pixels: what a scan costs depends on this, and not on the
    /// camera. Small pictures grow, at most to twice their width, since small faces are found better so. Where
    /// `smallestFace` asks for more than a scan of this size can see, the scan gets larger.
    public var pixels = 640 * 360

    public init() {}

    /// What is wrong with these options, if anything is: what a search with them would throw.
    public var fault: String? {
        if let scaleFactor, !(scaleFactor >= 1.01 && scaleFactor <= 10) {
            return "the scale factor must be between 1.01 and 10"
        }
        if let neighbours, !(1...10_000).contains(neighbours) { return "there must be at least one neighbour" }
        if let smallestFace, smallestFace < 1 { return "the smallest face must have at least one pixel" }
        if let largestFace, largestFace < smallestFace ?? 1 {
            return "the largest face must not be smaller than the smallest"
        }
        return pixels < 1 ? "a scan needs a picture of at least one pixel" : nil
    }
}
