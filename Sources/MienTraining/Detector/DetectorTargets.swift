import Glibc
import MienNN
import MienVision

/// What the detector should say of a scene, as the trainer carries it: `SceneMaker.mostFaces` rows of six numbers, which
/// are the kind (0: no more faces), x, y, side, cosine and sine of the roll.
struct DetectorTargets {
    static let rowCount = 6
    static let count = SceneMaker.mostFaces * rowCount

    private static let face: Float = 1
    private static let turnedUnknown: Float = 2
    private static let ignored: Float = 3

    static func write(_ faces: [SceneMaker.Face], to targets: UnsafeMutableBufferPointer<Float>) {
        for index in targets.indices { targets[index] = 0 }
        for (row, face) in faces.prefix(SceneMaker.mostFaces).enumerated() {
            let start = row * rowCount
            targets[start] =
                switch face.kind {
                case .face: Self.face
                case .turnedUnknown: turnedUnknown
                case .ignored: ignored
                }
            targets[start + 1] = face.place.x
            targets[start + 2] = face.place.y
            targets[start + 3] = face.place.side
            targets[start + 4] = cosf(face.place.roll * .pi / 180)
            targets[start + 5] = sinf(face.place.roll * .pi / 180)
        }
    }

    /// A row.
    struct Row {
        let (x, y, side): (Float, Float, Float)
        let (cosine, sine): (Float, Float)
        let isIgnored: Bool
        let hasRoll: Bool
    }

    /// Row `index`; nil after the last.
    static func row(_ index: Int, of targets: UnsafeBufferPointer<Float>) -> Row? {
        let start = index * rowCount
        guard start + rowCount <= targets.count, targets[start] > 0 else { return nil }
        return Row(
            x: targets[start + 1], y: targets[start + 2], side: targets[start + 3], cosine: targets[start + 4],
            sine: targets[start + 5], isIgnored: targets[start] == ignored, hasRoll: targets[start] == face)
    }
}

/// Which cells of one grid should say that there is a face, and which one.
struct DetectorAssignment {
    /// Of each cell: the row of its face, or one of these.
    static let nothing: Int16 = -1
    /// Nothing is asked of it: it lies at the border of a face's middle, its face is a bit too large or small for the
    /// grid, or nobody knows.
    static let ignored: Int16 = -2

    /// The sides, in strides, of the faces that a grid answers for: a face a bit beyond is asked of nobody, one further
    /// beyond must not be seen. Neighbours overlap. The coarsest answers for all larger ones, the finest for smaller ones.
    static let sides: ClosedRange<Float> = 1.7...5.2
    private static let tolerance: Float = 1.3
    /// How far from a face's middle a cell's may lie, in sides; at least half a stride, so that one always does.
    private static let reach: Float = 0.17
    private static let border: Float = 0.36
    /// What lies so near to a face, in sides, says nothing about what is behind it.
    private static let neighbourhood: Float = 0.9

    /// Fills `cells`, and `weights` with how much each face's cells count: all of one face together grow with the root of
    /// their number. `isFree` says whether no face is near.
    static func assign(
        _ targets: UnsafeBufferPointer<Float>, stride: Int, width: Int, height: Int,
        cells: UnsafeMutableBufferPointer<Int16>, isFree: UnsafeMutableBufferPointer<Bool>,
        weights: UnsafeMutableBufferPointer<Float>
    ) {
        for cell in 0..<width * height { (cells[cell], isFree[cell]) = (nothing, true) }
        let step = Float(stride)
        let (isFinest, isCoarsest) = (stride == DetectorCell.strides.first, stride == DetectorCell.strides.last)
        let lowest = isFinest ? 0 : sides.lowerBound
        let highest = isCoarsest ? Float.infinity : sides.upperBound
        // First what is to be ignored, so that no face's cells are lost to another's border.
        var row = 0
        while let face = DetectorTargets.row(row, of: targets) {
            row += 1
            each(around: face, within: neighbourhood * face.side, step, width, height) { cell, _ in
                isFree[cell] = false
            }
            if face.isIgnored {
                each(around: face, within: max(0.5 * face.side, step), step, width, height) { cell, _ in
                    cells[cell] = ignored
                }
                continue
            }
            let size = face.side / step
            guard size >= lowest / tolerance, size <= highest * tolerance else { continue }
            let border = max(0.5 * step + 0.25 * step, border * face.side)
            each(around: face, within: border, step, width, height) { cell, _ in cells[cell] = ignored }
        }
        row = 0
        while let face = DetectorTargets.row(row, of: targets) {
            defer { row += 1 }
            weights[row] = 0
            let size = face.side / step
            guard !face.isIgnored, size >= lowest, size <= highest else { continue }
            var count: Float = 0
            each(around: face, within: max(0.5 * step, reach * face.side), step, width, height) { cell, distance in
                // Of two faces the nearer one has it.
                if cells[cell] >= 0, let other = DetectorTargets.row(Int(cells[cell]), of: targets),
                    self.distance(of: other, cell, step, width) <= distance
                {
                    return
                }
                cells[cell] = Int16(row)
                count += 1
            }
            weights[row] = count > 0 ? 1 / count.squareRoot() : 0
        }
    }

    /// Calls `body` with each cell whose middle lies in the square about a face's middle, and how far from it.
    @inline(__always)
    private static func each(
        around face: DetectorTargets.Row, within reach: Float, _ step: Float, _ width: Int, _ height: Int,
        _ body: (_ cell: Int, _ distance: Float) -> Void
    ) {
        func range(_ middle: Float, _ count: Int) -> Range<Int> {
            let first = max(Int(((middle - reach) / step - 0.5).rounded(.up)), 0)
            let last = min(Int(((middle + reach) / step - 0.5).rounded(.down)), count - 1)
            return first..<max(last + 1, first)
        }
        for y in range(face.y, height) {
            for x in range(face.x, width) {
                let cell = y * width + x
                body(cell, distance(of: face, cell, step, width))
            }
        }
    }

    private static func distance(of face: DetectorTargets.Row, _ cell: Int, _ step: Float, _ width: Int) -> Float {
        let (dx, dy) = (
            (Float(cell % width) + 0.5) * step - face.x, (Float(cell / width) + 0.5) * step - face.y
        )
        return (dx * dx + dy * dy).squareRoot() / face.side
    }
}
