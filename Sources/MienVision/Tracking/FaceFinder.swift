public import MienImage

/// What following a face needs of a detector. One thread at a time.
public protocol FaceFinder: ~Copyable {
    /// Sets `faces` to every face in the picture, in an order that depends on the picture alone. Dear.
    mutating func scan(_ picture: PlaneView, _ kind: ScanKind, into faces: inout [Region]) throws(VisionError)

    /// The face that lies about where `expected` is, or nil where there is none. Cheap.
    mutating func find(near expected: Region, in picture: PlaneView) throws(VisionError) -> Region?

    /// Whether the face at `region` is one indeed, by other means than those that follow it. Dearer than `find`.
    mutating func confirm(_ region: Region, in picture: PlaneView) throws(VisionError) -> Bool
}

extension FaceFinder where Self: ~Copyable {
    public mutating func confirm(_ region: Region, in picture: PlaneView) throws(VisionError) -> Bool {
        try find(near: region, in: picture) != nil
    }
}
