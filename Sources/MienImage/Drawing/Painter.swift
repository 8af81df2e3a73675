/// Fills shapes on canvases of any layout, where they are: nothing is converted, and no sample changes that isn't covered.
///
/// Keeps its working memory from call to call; one thread at a time.
public final class Painter {
    /// How much of each pixel is covered, and of each sample of a component with fewer.
    private var mask = Plane()
    private var means = Plane()

    public init() {}

    public func fill(_ shape: some Shape, _ colour: Colour, on canvas: Canvas) {
        let area = shape.bounds.intersection(canvas.bounds)
        // A chroma sample is to be on one side of each seam.
        let hole = canvas.wholeBlocks(in: shape.hole.intersection(area))
        guard hole.area > 0 else { return fill(shape, colour, on: canvas, in: area) }
        let (right, bottom) = (hole.x + hole.width, hole.y + hole.height)
        let strips = (
            Box(x: area.x, y: area.y, width: area.width, height: hole.y - area.y),
            Box(x: area.x, y: bottom, width: area.width, height: area.y + area.height - bottom),
            Box(x: area.x, y: hole.y, width: hole.x - area.x, height: hole.height),
            Box(x: right, y: hole.y, width: area.x + area.width - right, height: hole.height)
        )
        fill(shape, colour, on: canvas, in: strips.0)
        fill(shape, colour, on: canvas, in: strips.1)
        fill(shape, colour, on: canvas, in: strips.2)
        fill(shape, colour, on: canvas, in: strips.3)
    }

    private func fill(_ shape: some Shape, _ colour: Colour, on canvas: Canvas, in area: Box) {
        let opacity = UInt16(min(max(colour.alpha, 0), 1) * 256 + 0.5)
        guard area.area > 0, opacity > 0 else { return }
        mask.resize(width: area.width, height: area.height)
        for y in 0..<area.height {
            let row = mask.base + y * mask.stride
            shape.cover(row: area.y + y, columns: area.x..<area.x + area.width, into: row)
            if opacity < 256 {
                for x in 0..<area.width { row[x] = UInt8(truncatingIfNeeded: (UInt16(row[x]) &* opacity) >> 8) }
            }
        }
        for (index, component) in canvas.components.enumerated() {
            let value = canvas.model.sample(index, of: colour, depth: component.depth)
            blend(value, into: component, UprightGrid(component, of: canvas), area)
        }
    }

    private func blend(_ value: Int, into component: Canvas.Component, _ grid: UprightGrid, _ area: Box) {
        let samples = grid.samples(of: area)
        let isFull = grid.shiftX == 0 && grid.shiftY == 0
        if !isFull { average(area, on: grid, samples) }
        for y in 0..<samples.height {
            let coverage = isFull ? mask.view.base + y * mask.stride : means.view.base + y * means.stride
            let row = grid.origin + (samples.y + y) * grid.stepY + samples.x * grid.stepX
            if component.depth + component.shift > 8 {
                Self.blendDeep(value, into: row, grid.stepX, component, by: coverage, count: samples.width)
            } else {
                Self.blend(UInt16(value), into: row, grid.stepX, by: coverage, count: samples.width)
            }
        }
    }

    /// Sets `means` to how much of each sample is covered: the mean over its pixels, of those in the picture.
    private func average(_ area: Box, on grid: UprightGrid, _ samples: Box) {
        means.resize(width: samples.width, height: samples.height)
        for y in 0..<samples.height {
            let rows = Self.pixels(samples.y + y, grid.shiftY, grid.phaseY, area.y, area.height)
            let target = means.base + y * means.stride
            for x in 0..<samples.width {
                let columns = Self.pixels(samples.x + x, grid.shiftX, grid.phaseX, area.x, area.width)
                var sum = 0
                for row in rows {
                    let line = mask.base + row * mask.stride
                    for column in columns { sum &+= Int(line[column]) }
                }
                let count = 1 << (grid.shiftX + grid.shiftY)
                target[x] = UInt8(truncatingIfNeeded: (sum &+ count / 2) >> (grid.shiftX + grid.shiftY))
            }
        }
    }

    /// Which of an area's pixels share a sample, counted from its first.
    private static func pixels(_ sample: Int, _ shift: Int, _ phase: Int, _ start: Int, _ count: Int) -> Range<Int> {
        let first = sample << shift - phase - start
        return max(first, 0)..<min(first + 1 << shift, count)
    }

    /// A byte a sample. The usual steps as constants, so that these become vector instructions.
    private static func blend(
        _ value: UInt16, into row: UnsafeMutableRawPointer, _ step: Int, by coverage: UnsafePointer<UInt8>, count: Int
    ) {
        let samples = row.assumingMemoryBound(to: UInt8.self)
        @inline(__always) func blend(_ step: Int) {
            for x in 0..<count {
                let share = UInt16(coverage[x])
                // value * share + old * (255 - share), divided by 255 and rounded.
                let sum = value &* share &+ UInt16(samples[x &* step]) &* (255 &- share) &+ 128
                samples[x &* step] = UInt8(truncatingIfNeeded: (sum &+ sum >> 8) >> 8)
            }
        }
        switch step {
        case 1: blend(1)
        case 2: blend(2)
        case 4: blend(4)
        default: blend(step)
        }
    }

    /// Two bytes a sample.
    private static func blendDeep(
        _ value: Int, into row: UnsafeMutableRawPointer, _ step: Int, _ component: Canvas.Component,
        by coverage: UnsafePointer<UInt8>, count: Int
    ) {
        for x in 0..<count where coverage[x] > 0 {
            let share = Int(coverage[x])
            let old = component.load(row + x * step)
            component.store((value * share + old * (255 - share) + 127) / 255, to: row + x * step)
        }
    }
}

extension Canvas {
    /// The largest part of `box` of which no sample stands for a pixel outside.
    func wholeBlocks(in box: Box) -> Box {
        var (left, top, right, bottom) = (box.x, box.y, box.x + box.width, box.y + box.height)
        for component in components {
            let grid = UprightGrid(component, of: self)
            left = ((left + grid.phaseX - 1) >> grid.shiftX + 1) << grid.shiftX - grid.phaseX
            top = ((top + grid.phaseY - 1) >> grid.shiftY + 1) << grid.shiftY - grid.phaseY
            right = ((right + grid.phaseX) >> grid.shiftX) << grid.shiftX - grid.phaseX
            bottom = ((bottom + grid.phaseY) >> grid.shiftY) << grid.shiftY - grid.phaseY
        }
        return Box(x: left, y: top, width: max(0, right - left), height: max(0, bottom - top))
    }
}

extension Canvas.Component {
    /// The sample of one or two bytes at `place`.
    @inline(__always)
    func load(_ place: UnsafeMutableRawPointer) -> Int {
        guard depth + shift > 8 else { return Int(place.load(as: UInt8.self)) }
        let word = place.loadUnaligned(as: UInt16.self)
        return (Int(isBigEndian ? word.byteSwapped : word) >> shift) & ((1 << depth) - 1)
    }

    /// Unused bits become 0.
    @inline(__always)
    func store(_ sample: Int, to place: UnsafeMutableRawPointer) {
        guard depth + shift > 8 else { return place.storeBytes(of: UInt8(truncatingIfNeeded: sample), as: UInt8.self) }
        let word = UInt16(truncatingIfNeeded: sample << shift)
        place.storeBytes(of: isBigEndian ? word.byteSwapped : word, as: UInt16.self)
    }
}

extension ColourModel {
    /// The value of a component with samples of `depth` bits where it shows `colour`.
    func sample(_ component: Int, of colour: Colour, depth: Int) -> Int {
        let (red, green, blue) = (Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
        let largest = Double(1 << depth - 1)
        switch self {
        case .rgb: return Int(((component == 0 ? red : component == 1 ? green : blue) * largest).rounded())
        case .grey: return Int((Matrix.bt601.luma(red, green, blue) * largest).rounded())
        case .yuv(let matrix, let isLimited):
            let luma = matrix.luma(red, green, blue)
            let unit = Double(1 << (depth - 8))
            if component == 0 { return Int((isLimited ? (16 + 219 * luma) * unit : luma * largest).rounded()) }
            let difference =
                component == 1
                ? (blue - luma) / (2 * (1 - matrix.weights.blue)) : (red - luma) / (2 * (1 - matrix.weights.red))
            let chroma = 128 * unit + difference * (isLimited ? 224 * unit : largest)
            return Int(min(max(chroma.rounded(), 0), largest))
        }
    }
}

extension ColourModel.Matrix {
    fileprivate func luma(_ red: Double, _ green: Double, _ blue: Double) -> Double {
        weights.red * red + (1 - weights.red - weights.blue) * green + weights.blue * blue
    }
}
