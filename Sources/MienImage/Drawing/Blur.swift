extension Painter {
    /// Leaves of the pixels in `box`, of the picture as displayed, no more than so many means across and down, and smooth changes between them.
    ///
    /// What this takes away can't be got back: the means are all that is left.
    public func blur(_ box: Box, cells: Int = 5, on canvas: Canvas) {
        let area = box.squeezed(by: canvas.scale).intersection(canvas.pixels)
        guard area.area > 0 else { return }
        for component in canvas.components {
            let grid = UprightGrid(component, of: canvas)
            let samples = grid.samples(of: area)
            let base = grid.origin + samples.y * grid.stepY + samples.x * grid.stepX
            let cells = min(cells, samples.width, samples.height)
            withUnsafeTemporaryAllocation(of: Int.self, capacity: cells * cells) { values in
                values.initialize(repeating: 0)
                let means = Means(of: base, grid, component, samples, cells: cells, in: values)
                means.spread(over: base, grid, component, samples)
            }
        }
    }
}

/// Means of a component over a grid of cells.
private struct Means {
    private let cells: Int
    private let values: UnsafeMutableBufferPointer<Int>

    /// `values`: zeros, one for each cell.
    init(
        of base: UnsafeMutableRawPointer, _ grid: UprightGrid, _ component: Canvas.Component, _ samples: Box,
        cells: Int,
        in values: UnsafeMutableBufferPointer<Int>
    ) {
        (self.cells, self.values) = (cells, values)
        for y in 0..<samples.height {
            let row = base + y * grid.stepY
            let line = y * cells / samples.height * cells
            for cell in 0..<cells {
                var sum = 0
                for x in Self.columns(cell, cells, samples.width) { sum &+= component.load(row + x &* grid.stepX) }
                values[line + cell] += sum
            }
        }
        for cell in values.indices {
            let columns = Self.columns(cell % cells, cells, samples.width)
            let rows = Self.rows(cell / cells, cells, samples.height)
            values[cell] /= max(1, columns.count * rows.count)
        }
    }

    private static func columns(_ cell: Int, _ cells: Int, _ width: Int) -> Range<Int> {
        cell * width / cells..<(cell + 1) * width / cells
    }

    /// Those with `y * cells / height == cell`.
    private static func rows(_ cell: Int, _ cells: Int, _ height: Int) -> Range<Int> {
        (cell * height + cells - 1) / cells..<((cell + 1) * height + cells - 1) / cells
    }

    /// Writes what lies between the cells' middles as a straight line from one to the next.
    func spread(
        over base: UnsafeMutableRawPointer, _ grid: UprightGrid, _ component: Canvas.Component, _ samples: Box
    ) {
        for y in 0..<samples.height {
            let row = base + y * grid.stepY
            let (line, down) = place(y, samples.height)
            let below = min(line + 1, cells - 1)
            // 16 bits after the point.
            func value(_ cell: Int) -> Int {
                values[line * cells + cell] * ((1 << 16) - down) + values[below * cells + cell] * down
            }
            var x = 0
            for cell in -1..<cells {
                let (from, to) = (value(max(cell, 0)), value(min(cell + 1, cells - 1)))
                // Up to the middle of the next cell.
                let end = cell == cells - 1 ? samples.width : (2 * cell + 3) * samples.width / (2 * cells)
                let slope = (to - from) * cells / samples.width
                let middle = (2 * cell + 1) * samples.width
                var sample = from + (to - from) * ((2 * x + 1) * cells - middle) / (2 * samples.width)
                while x < end {
                    component.store((sample + 1 << 15) >> 16, to: row + x &* grid.stepX)
                    sample += slope
                    x += 1
                }
            }
        }
    }

    /// The cell whose middle lies at or before a sample, and how far the next one's is, in 1/65536; none before the first.
    private func place(_ sample: Int, _ count: Int) -> (cell: Int, share: Int) {
        let position = (2 * sample + 1) * cells - count
        guard position > 0 else { return (0, 0) }
        return (position / (2 * count), position % (2 * count) * (1 << 16) / (2 * count))
    }
}
