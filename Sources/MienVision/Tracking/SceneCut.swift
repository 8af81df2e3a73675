public import MienImage

/// Tells when a picture shows another scene than the one before, from the means of a coarse grid of both.
///
/// The grids are compared by their correlation, which a lamp switched on or a camera that adapts doesn't change.
public struct SceneCut {
    private static let columns = 16
    private static let rows = 9
    /// Samples taken each way in a cell of the grid.
    private static let samples = 4
    /// Below this correlation the scene is another.
    private static let threshold: Float = 0.5

    private var current = [Float](repeating: 0, count: columns * rows)
    private var previous = [Float](repeating: 0, count: columns * rows)
    private var hasPrevious = false

    public init() {}

    /// Whether `picture` starts a new scene. The first one does not.
    public mutating func isCut(_ picture: PlaneView) -> Bool {
        swap(&current, &previous)
        sample(picture)
        defer { hasPrevious = true }
        return hasPrevious && correlation() < Self.threshold
    }

    private mutating func sample(_ picture: PlaneView) {
        guard picture.width > 0, picture.height > 0 else { return }
        let (width, height) = (Self.columns * Self.samples, Self.rows * Self.samples)
        for cell in current.indices { current[cell] = 0 }
        for y in 0..<height {
            let row = picture.row((2 * y + 1) * picture.height / (2 * height))
            for x in 0..<width {
                let sample = row[(2 * x + 1) * picture.width / (2 * width)]
                current[y / Self.samples * Self.columns + x / Self.samples] += Float(sample)
            }
        }
        let mean = current.reduce(0, +) / Float(current.count)
        for cell in current.indices { current[cell] -= mean }
    }

    /// Pearson's, of grids whose mean is 0.
    private func correlation() -> Float {
        var (both, one, other) = (Float(0), Float(0), Float(0))
        for cell in current.indices {
            both += current[cell] * previous[cell]
            one += current[cell] * current[cell]
            other += previous[cell] * previous[cell]
        }
        // A grey wall has no pattern to compare: about one grey step in a cell of 16 samples is noise.
        let noise = Float(current.count * Self.samples * Self.samples * Self.samples * Self.samples)
        if one < noise, other < noise { return 1 }
        return both / max((one * other).squareRoot(), noise)
    }
}
