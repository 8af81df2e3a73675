public import MienImage

/// Finds faces by the cascade alone: anywhere in a full scan, and near where one is expected in a scan of just that
/// place, at a size that makes it cheap.
public struct CascadeFinder: FaceFinder, ~Copyable {
    /// Width of the face, in pixels, at which its surroundings are searched. Time grows with the square; below this
    /// the cascade's window of 20 leaves too little room for faces that shrink.
    private static let width = 32.0
    /// How far around the expected place is searched, in widths of the face.
    private static let margin = 0.4
    /// How much narrower or wider than expected the face may be.
    private static let range = 0.8...1.25
    /// Few hits are enough where a face was a moment ago.
    private static let neighbours = 2

    private var detector: FaceDetector
    private var resampler = Resampler()
    private var surroundings = Plane()
    private var boxes: [Box] = []

    public init(detector: consuming FaceDetector) { self.detector = detector }

    public mutating func scan(_ picture: PlaneView, _ kind: ScanKind, into faces: inout [Region]) throws(VisionError) {
        try detector.detect(in: picture, kind, faces: &boxes)
        faces.removeAll(keepingCapacity: true)
        for box in boxes { faces.append(Region(box)) }
    }

    public mutating func find(near expected: Region, in picture: PlaneView) throws(VisionError) -> Region? {
        let factor = expected.width / Self.width
        let margin = Self.margin * expected.width
        let place = Region(
            x: expected.x - margin, y: expected.y - margin,
            width: expected.width + 2 * margin, height: expected.height + 2 * margin)
        surroundings.resize(
            width: Int((place.width / factor).rounded()), height: Int((place.height / factor).rounded()))
        resampler.resample(
            picture, region: place,
            into: surroundings.base, width: surroundings.width, height: surroundings.height,
            stride: surroundings.stride)
        let widths = Self.range.lowerBound * Self.width...Self.range.upperBound * Self.width
        try detector.search(surroundings.view, widths: widths, neighbours: Self.neighbours, faces: &boxes)

        var nearest: Region?
        for box in boxes {
            let face = Region(
                x: place.x + Double(box.x) * factor, y: place.y + Double(box.y) * factor,
                width: Double(box.width) * factor, height: Double(box.height) * factor)
            if face.distance(expected) < nearest?.distance(expected) ?? .infinity { nearest = face }
        }
        return nearest
    }
}
