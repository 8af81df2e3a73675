extension Canvas {
    /// Writes this picture, turned upright, into `target`, which is upright, as large as this one is then, and has the same
    /// components. These share samples among as many pixels across as down, for rows may become columns.
    public func copyUpright(to target: Canvas) {
        for (from, to) in zip(components, target.components) {
            let (source, goal) = (UprightGrid(from, of: self), UprightGrid(to, of: target))
            let samples = goal.samples(of: target.pixels)
            for y in 0..<samples.height {
                let (line, row) = (source.row(y, from: 0), goal.row(y, from: 0))
                for x in 0..<samples.width {
                    to.store(from.load(line + x * source.stepX), to: row + x * goal.stepX)
                }
            }
        }
    }
}
