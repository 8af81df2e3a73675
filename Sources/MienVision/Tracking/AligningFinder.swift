public import MienImage

/// Finds faces anywhere by the cascade, and near where they are expected by a small network; where that sees none, the
/// cascade is asked too.
public struct AligningFinder: FaceFinder, ~Copyable {
    /// From which certainty on the network is believed that there is a face.
    private static let certainty: Float = 0.5
    /// A face that lies farther from where it was looked for, in widths, or is so much larger or smaller (a logarithm), is
    /// looked at again: the network is the more exact the less is left to tell.
    private static let nearness: Float = 0.08
    private static let looks = 3

    private var cascade: CascadeFinder
    /// Made when a face is first followed.
    private var aligner: FaceAligner?

    public init(detector: consuming FaceDetector) { cascade = CascadeFinder(detector: detector) }

    public mutating func scan(
        _ picture: PlaneView, _ kind: ScanKind, into faces: inout [Region]
    ) throws(VisionError) {
        try cascade.scan(picture, kind, into: &faces)
        if kind == .single {
            for index in faces.indices { faces[index] = try align(faces[index], in: picture) ?? faces[index] }
            return
        }
        // Other scans give more than faces. What the cascade finds again when it looks more closely is one.
        var kept = 0
        for face in faces {
            let aligned = try align(face, in: picture)
            guard let found = try cascade.find(near: aligned ?? face, in: picture) else { continue }
            faces[kept] = aligned ?? found
            kept += 1
        }
        faces.removeSubrange(kept...)
    }

    public mutating func find(near expected: Region, in picture: PlaneView) throws(VisionError) -> Region? {
        if let aligned = try align(expected, in: picture) { return aligned }
        guard let found = try cascade.find(near: expected, in: picture) else { return nil }
        return try align(found, in: picture) ?? found
    }

    public mutating func confirm(_ region: Region, in picture: PlaneView) throws(VisionError) -> Bool {
        try cascade.find(near: region, in: picture) != nil
    }

    /// The face about where `expected` is, framed as the network sees it; nil where it sees none.
    private mutating func align(_ expected: Region, in picture: PlaneView) throws(VisionError) -> Region? {
        let aligner = if let made = self.aligner { made } else { try FaceAligner() }
        self.aligner = aligner
        var region = expected
        for _ in 0..<Self.looks {
            let alignment = try aligner.look(at: region, in: picture)
            if alignment.faceness < Self.certainty { return nil }
            region = region.aligned(by: alignment)
            if max(abs(alignment.right), abs(alignment.down), abs(alignment.growth)) < Self.nearness { break }
        }
        return region
    }
}
