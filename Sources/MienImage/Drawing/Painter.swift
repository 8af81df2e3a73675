/// Fills shapes on canvases of any layout, where they are: nothing is converted, and no sample changes that isn't covered.
///
/// Works in tiles, so that wide areas cost little where all of a tile is covered, or nothing of it. Keeps its working
/// memory; one thread at a time.
public final class Painter {
    /// Pixels of a tile each way: a multiple of all that a chroma sample may cover.
    private static let tile = 16
    /// How much of each of a tile's pixels is covered, and of each sample of a component that has fewer.
    private let mask = UnsafeMutablePointer<UInt8>.allocate(capacity: tile * tile)
    private let means = UnsafeMutablePointer<UInt8>.allocate(capacity: tile * tile)

    public init() {}

    deinit {
        mask.deallocate()
        means.deallocate()
    }

    /// Fills `shape`, whose measures are those of the picture as displayed.
    public func fill(_ shape: some Shape, _ colour: Colour, on canvas: Canvas) {
        if canvas.pixelAspect.isSquare {
            fillPixels(shape, colour, on: canvas)
        } else {
            fillPixels(SqueezedShape(shape, by: canvas.scale), colour, on: canvas)
        }
    }

    private func fillPixels(_ shape: some Shape, _ colour: Colour, on canvas: Canvas) {
        let area = shape.bounds.intersection(canvas.pixels)
        let brush = Brush(colour, canvas)
        guard area.area > 0, brush.opacity > 0 else { return }
        let blocks = canvas.blocks
        var y = area.y
        while y < area.y + area.height {
            // No chroma sample is on both sides of a seam.
            let bottom = min(blocks.seamY(after: y, Self.tile), area.y + area.height)
            var (x, covered) = (area.x, Box(x: 0, y: y, width: 0, height: bottom - y))
            while x < area.x + area.width {
                let right = min(blocks.seamX(after: x, Self.tile), area.x + area.width)
                let tile = Box(x: x, y: y, width: right - x, height: bottom - y)
                let whole = blocks.whole(tile)
                switch shape.covers(tile) {
                case true? where whole == tile:
                    // Tiles that are covered are done together.
                    if covered.width == 0 { covered.x = x }
                    covered.width = right - covered.x
                case false?: finish(&covered, brush)
                default:
                    finish(&covered, brush)
                    let padded = whole.intersection(canvas.pixels)
                    if padded != tile { mask.update(repeating: 0, count: Self.tile * Self.tile) }
                    let corner = mask + (tile.y - padded.y) * Self.tile + (tile.x - padded.x)
                    shape.cover(tile, into: corner, stride: Self.tile)
                    blend(padded, brush)
                }
                x = right
            }
            finish(&covered, brush)
            y = bottom
        }
    }

    private struct Brush {
        let canvas: Canvas
        /// Of each component.
        let values: SIMD4<Int>
        /// Of 256.
        let opacity: UInt16

        init(_ colour: Colour, _ canvas: Canvas) {
            self.canvas = canvas
            opacity = UInt16(min(max(colour.alpha, 0), 1) * 256 + 0.5)
            var values = SIMD4<Int>.zero
            for (index, component) in canvas.components.prefix(4).enumerated() {
                values[index] = canvas.model.sample(index, of: colour, depth: component.depth)
            }
            self.values = values
        }
    }

    /// Fills an area that is covered in full, and leaves it empty.
    private func finish(_ area: inout Box, _ brush: Brush) {
        guard area.width > 0 else { return }
        let share = UInt8(min(brush.opacity, 255))
        for (index, component) in brush.canvas.components.enumerated() {
            let grid = UprightGrid(component, of: brush.canvas)
            let samples = grid.samples(of: area)
            for y in 0..<samples.height {
                let row = grid.row(samples.y + y, from: samples.x)
                component.blend(brush.values[index], into: row, grid.stepX, count: samples.width) { _ in share }
            }
        }
        area.width = 0
    }

    /// Fills a tile as far as `mask` says.
    private func blend(_ tile: Box, _ brush: Brush) {
        let (mask, means) = (mask, means)
        if brush.opacity < 256 {
            for index in 0..<tile.height * Self.tile {
                mask[index] = UInt8(truncatingIfNeeded: (UInt16(mask[index]) &* brush.opacity) >> 8)
            }
        }
        var averaged = (shiftX: 0, shiftY: 0)
        for (index, component) in brush.canvas.components.enumerated() {
            let grid = UprightGrid(component, of: brush.canvas)
            let samples = grid.samples(of: tile)
            let isFull = grid.shiftX == 0 && grid.shiftY == 0
            if !isFull, averaged != (grid.shiftX, grid.shiftY) {
                average(tile, samples, on: grid, brush.canvas.pixels)
                averaged = (grid.shiftX, grid.shiftY)
            }
            for y in 0..<samples.height {
                let coverage = (isFull ? mask : means) + y * Self.tile
                let row = grid.row(samples.y + y, from: samples.x)
                component.blend(brush.values[index], into: row, grid.stepX, count: samples.width) { coverage[$0] }
            }
        }
    }

    /// Sets `means` to how much of each sample is covered: the mean over those of its pixels that are in the picture.
    private func average(_ tile: Box, _ samples: Box, on grid: UprightGrid, _ picture: Box) {
        let isWhole = samples.width << grid.shiftX == tile.width && samples.height << grid.shiftY == tile.height
        switch (isWhole, grid.shiftX, grid.shiftY) {
        case (true, 1, 1): averageWhole(samples, 1, 1)
        case (true, 1, 0): averageWhole(samples, 1, 0)
        case (true, 0, 1): averageWhole(samples, 0, 1)
        default: averageParts(tile, samples, on: grid, picture)
        }
    }

    /// Of samples all of whose pixels lie in the tile.
    @inline(__always)
    private func averageWhole(_ samples: Box, _ shiftX: Int, _ shiftY: Int) {
        for y in 0..<samples.height {
            let (line, target) = (mask + y << shiftY * Self.tile, means + y * Self.tile)
            for x in 0..<samples.width {
                var sum: UInt16 = 1 << UInt16(shiftX + shiftY) / 2
                for row in 0..<1 << shiftY {
                    for column in 0..<1 << shiftX { sum &+= UInt16(line[row &* Self.tile &+ x << shiftX &+ column]) }
                }
                target[x] = UInt8(truncatingIfNeeded: sum &>> UInt16(shiftX + shiftY))
            }
        }
    }

    private func averageParts(_ tile: Box, _ samples: Box, on grid: UprightGrid, _ picture: Box) {
        for y in 0..<samples.height {
            let pixelsY = grid.pixelsY(samples.y + y)
            let rows = pixelsY.clamped(to: tile.y..<tile.y + tile.height)
            for x in 0..<samples.width {
                let pixelsX = grid.pixelsX(samples.x + x)
                let columns = pixelsX.clamped(to: tile.x..<tile.x + tile.width)
                var sum = 0
                for row in rows {
                    for column in columns { sum += Int(mask[(row - tile.y) * Self.tile + column - tile.x]) }
                }
                let count =
                    pixelsX.clamped(to: 0..<picture.width).count * pixelsY.clamped(to: 0..<picture.height).count
                means[y * Self.tile + x] = UInt8(truncatingIfNeeded: (sum + count / 2) / count)
            }
        }
    }
}

/// The pixels that share a sample of the component that has the fewest.
private struct Blocks {
    /// log2 of how many there are each way, and how many of the first block lie before the picture.
    var (shiftX, shiftY, phaseX, phaseY) = (0, 0, 0, 0)

    /// Where the next of all tiles, which are whole blocks, begins.
    func seamX(after x: Int, _ tile: Int) -> Int { ((x + phaseX) / tile + 1) * tile - phaseX }
    func seamY(after y: Int, _ tile: Int) -> Int { ((y + phaseY) / tile + 1) * tile - phaseY }

    /// All blocks that have a part in `box`.
    func whole(_ box: Box) -> Box {
        let (left, right) = ((box.x + phaseX) >> shiftX, (box.x + box.width + phaseX - 1) >> shiftX + 1)
        let (top, bottom) = ((box.y + phaseY) >> shiftY, (box.y + box.height + phaseY - 1) >> shiftY + 1)
        return Box(
            x: left << shiftX - phaseX, y: top << shiftY - phaseY, width: (right - left) << shiftX,
            height: (bottom - top) << shiftY)
    }
}

extension Canvas {
    fileprivate var blocks: Blocks {
        var blocks = Blocks()
        for component in components {
            let grid = UprightGrid(component, of: self)
            if grid.shiftX > blocks.shiftX { (blocks.shiftX, blocks.phaseX) = (grid.shiftX, grid.phaseX) }
            if grid.shiftY > blocks.shiftY { (blocks.shiftY, blocks.phaseY) = (grid.shiftY, grid.phaseY) }
        }
        return blocks
    }
}

extension Canvas.Component {
    /// Moves `count` samples, `step` bytes apart, towards `value`, by as many 255ths as `share` says of each.
    @inline(__always)
    fileprivate func blend(
        _ value: Int, into row: UnsafeMutableRawPointer, _ step: Int, count: Int, by share: (Int) -> UInt8
    ) {
        guard depth + shift <= 8 else {
            for x in 0..<count where share(x) > 0 {
                let (share, place) = (Int(share(x)), row + x * step)
                store((value * share + load(place) * (255 - share) + 127) / 255, to: place)
            }
            return
        }
        let (samples, value) = (row.assumingMemoryBound(to: UInt8.self), UInt16(value))
        @inline(__always) func blend(_ step: Int) {
            for x in 0..<count {
                let share = UInt16(share(x))
                // Divided by 255 and rounded.
                let sum = value &* share &+ UInt16(samples[x &* step]) &* (255 &- share) &+ 128
                samples[x &* step] = UInt8(truncatingIfNeeded: (sum &+ sum >> 8) >> 8)
            }
        }
        // The usual steps as constants, so that these become vector instructions.
        switch step {
        case 1: blend(1)
        case 2: blend(2)
        case 4: blend(4)
        default: blend(step)
        }
    }

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
