/// Which cells of a terminal a readout's lines take, and which its picture.
struct ReadoutLayout: Hashable {
    var lines: PreviewPainter.Area
    /// nil where there is none, or no room for it.
    var picture: PreviewPainter.Area?

    /// The picture stands beside the lines where both have room, else above them.
    init(columns: Int, rows: Int, hasPicture: Bool) {
        lines = PreviewPainter.Area(column: 0, row: 0, columns: columns, rows: rows)
        if hasPicture, columns >= 100 {
            lines.columns = max(50, columns * 2 / 5)
            // The last row would scroll.
            picture = PreviewPainter.Area(
                column: lines.columns + 1, row: 0, columns: columns - lines.columns - 1, rows: rows - 1)
        } else if hasPicture, rows >= 20 {
            lines.row = rows / 2
            lines.rows = rows - lines.row
            picture = PreviewPainter.Area(column: 0, row: 0, columns: columns, rows: lines.row)
        }
    }

    var isBeside: Bool { picture != nil && lines.row == 0 }
}
