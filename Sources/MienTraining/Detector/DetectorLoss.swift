import Glibc
import MienNN
import MienVision

/// How wrong the detector's answers about a scene are.
///
/// Whether there is a face: focal cross entropy (Lin et al.: Focal Loss for Dense Object Detection, 2017) over all cells of
/// all grids, so that the inside of a large face is none for the fine ones. Where there is one, besides: smooth absolute
/// errors of its middle and its side's logarithm, in sides, and squares of those of the roll's cosine and sine.
struct DetectorLoss {
    /// Of the focal loss: what is told right with certainty hardly counts.
    static let focus: Float = 2
    /// How many faces a scene has, about: the sum over its cells is divided by it, always the same, so that a scene with
    /// no face counts as much as one with many.
    static let usualFaces: Float = 8
    private static let offsetWeight: Float = 5
    private static let sideWeight: Float = 3
    private static let rollWeight: Float = 1
    /// Errors below this, in sides, count by their squares.
    private static let smoothness: Float = 0.05

    /// One of the network's outputs for one scene: six planes of cells.
    struct Grid {
        let stride: Int
        let width: Int
        let height: Int
        let values: UnsafePointer<Float>
        let gradient: UnsafeMutablePointer<Float>
    }

    /// Adds the loss's gradient to that of `grids`.
    ///
    /// - Returns: the loss, and the highest score among cells with no face near: what was taken for one.
    static func add(
        _ grids: [Grid], targets: UnsafeBufferPointer<Float>
    ) -> (loss: Double, highestFalse: Float) {
        var (sum, highest) = (0.0, -Float.infinity)
        let most = grids.map { $0.width * $0.height }.max() ?? 0
        withUnsafeTemporaryAllocation(of: Int16.self, capacity: most) { cells in
            withUnsafeTemporaryAllocation(of: Bool.self, capacity: most) { isFree in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: SceneMaker.mostFaces + 1) { weights in
                    for grid in grids {
                        DetectorAssignment.assign(
                            targets, stride: grid.stride, width: grid.width, height: grid.height, cells: cells,
                            isFree: isFree, weights: weights)
                        for cell in 0..<grid.width * grid.height where cells[cell] != DetectorAssignment.ignored {
                            let logit = grid.values[cell]
                            guard cells[cell] >= 0 else {
                                let (loss, slope) = focal(logit, isFace: false)
                                sum += Double(loss)
                                grid.gradient[cell] += slope / usualFaces
                                if isFree[cell] { highest = max(highest, logit) }
                                continue
                            }
                            let weight = weights[Int(cells[cell])]
                            let (loss, slope) = focal(logit, isFace: true)
                            sum += Double(weight * loss)
                            grid.gradient[cell] += weight * slope / usualFaces
                            guard let face = DetectorTargets.row(Int(cells[cell]), of: targets) else { continue }
                            sum += Double(weight * place(grid, cell, face, weight / usualFaces))
                        }
                    }
                }
            }
        }
        return (sum / Double(usualFaces), 1 / (1 + expf(-highest)))
    }

    /// The loss of one cell, and its derivative by the logit.
    @inline(__always)
    static func focal(_ logit: Float, isFace: Bool) -> (loss: Float, slope: Float) {
        let z = isFace ? logit : -logit
        // p: the certainty of what is right.
        let p = 1 / (1 + expf(-z))
        let logP = z > -15 ? -log1pf(expf(-z)) : z
        let rest = 1 - p
        let slope = rest * rest * (2 * p * logP - rest)
        return (-rest * rest * logP, isFace ? slope : -slope)
    }

    /// The loss of what a cell says of a face's place; its gradient, times `scale`, is added.
    private static func place(_ grid: Grid, _ cell: Int, _ face: DetectorTargets.Row, _ scale: Float) -> Float {
        let count = grid.width * grid.height
        let stride = Float(grid.stride)
        let (values, gradient) = (grid.values + cell, grid.gradient + cell)
        let middleX = DetectorCell.middle(cell % grid.width, stride: grid.stride)
        let middleY = DetectorCell.middle(cell / grid.width, stride: grid.stride)
        var sum: Float = 0
        // In sides of the face.
        let unit = stride / face.side
        for (channel, wanted) in [(1, face.x - middleX), (2, face.y - middleY)] {
            let (loss, slope) = smooth(values[channel * count] * unit - wanted / face.side)
            sum += offsetWeight * loss
            gradient[channel * count] += scale * offsetWeight * slope * unit
        }
        let wanted = logf(face.side / (stride * DetectorCell.sideInStrides))
        let (loss, slope) = smooth(values[3 * count] - wanted)
        sum += sideWeight * loss
        gradient[3 * count] += scale * sideWeight * slope
        guard face.hasRoll else { return sum }
        for (channel, wanted) in [(4, face.cosine), (5, face.sine)] {
            let error = values[channel * count] - wanted
            sum += rollWeight * 0.5 * error * error
            gradient[channel * count] += scale * rollWeight * error
        }
        return sum
    }

    /// |x| from `smoothness` on, a parabola below it.
    @inline(__always)
    private static func smooth(_ error: Float) -> (loss: Float, slope: Float) {
        abs(error) < smoothness
            ? (0.5 * error * error / smoothness, error / smoothness)
            : (abs(error) - 0.5 * smoothness, error < 0 ? -1 : 1)
    }
}
