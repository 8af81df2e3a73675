import Mien
import MienVision

/// Draws a live readout's state as the lines of a terminal: a title, the faces, what was said, figures, keys.
struct LiveView {
    let columns: Int
    let rows: Int
    let abilities: Terminal.Abilities

    /// As many lines as there are rows, or fewer.
    func lines(of state: LiveState, now: Double) -> [Line] {
        guard rows > 0, columns > 0 else { return [] }
        var foot = state.messages.suffix(max(0, min(2, rows - 8))).map { message in
            line { $0.put(message, style(.bold)) }
        }
        if !foot.isEmpty { foot.insert(Line(columns), at: 0) }
        foot += [figures(of: state, now: now), keys(of: state)]
        let room = rows - 2 - foot.count
        var lines = [title(of: state), Line(columns)]
        lines += faces(of: state, rows: max(0, room), now: now)
        while lines.count < rows - foot.count { lines.append(Line(columns)) }
        // A terminal of three rows has the figures and the keys and little else.
        return Array((lines.prefix(max(0, rows - foot.count)) + foot).suffix(rows))
    }

    // MARK: Around the faces

    private func title(of state: LiveState) -> Line {
        var right = Line(columns)
        if state.isPaused { right.put("paused  ", style(.bold)) }
        if state.recording != nil {
            right.put(abilities.hasUnicode ? "● recording  " : "recording  ", colour(91))
        }
        right.put(ProgressBar.clock(state.elapsed))
        return line {
            $0.put("mien", style(.bold))
            $0.put("  \(state.title)")
            $0.putRight(right)
        }
    }

    private func figures(of state: LiveState, now: Double) -> Line {
        line {
            $0.put("\(Self.fixed(state.framesPerSecond(now: now), 1)) frames/s")
            if let latency = state.latency.percentiles {
                let (median, high) = (Self.fixed(1000 * latency.median, 1), Self.fixed(1000 * latency.high, 1))
                $0.put("   latency \(median) ms, 99 % \(high)")
            }
            $0.put("   dropped \(state.dropped)   lost \(state.lost)")
            $0.put("   CPU \(Self.fixed(100 * state.processorShare, 0)) %")
        }
    }

    private func keys(of state: LiveState) -> Line {
        line {
            $0.put("q quit   p \(state.isPaused ? "go on" : "pause")   r ", style(.dim))
            $0.put(state.recording.map { "stop recording (\($0))" } ?? "record results", style(.dim))
        }
    }

    // MARK: The faces

    private func faces(of state: LiveState, rows: Int, now: Double) -> [Line] {
        if state.isPaused { return [note("paused: nobody is looked at")] }
        guard let silence = state.silence(now: now) else { return [note("waiting for the first picture")] }
        if silence > Self.patience { return [note("no picture for \(Self.fixed(silence, 0)) s")] }
        if state.faces.isEmpty { return [note("no face")] }
        // Side by side where there is room; as much of each as lets all of them be seen.
        let across = max(1, min(columns / Self.narrowest, state.faces.count))
        let width = columns / across
        for detail in FaceView.Detail.allCases where width - 2 >= detail.columns {
            let down = (state.faces.count + across - 1) / across
            if (down - 1) * detail.rows + detail.content <= rows { return grid(state, across, width, detail) }
        }
        var lines = grid(state, across, width, .line)
        let hidden = state.faces.count - max(0, rows - 1) * across
        lines = Array(lines.prefix(max(0, rows - 1)))
        if rows > 0 { lines.append(note("and \(hidden) more")) }
        return lines
    }

    /// Seconds without a frame after which the last one is no news any more.
    private static let patience = 1.0
    /// Columns below which faces don't stand side by side.
    private static let narrowest = 60

    private func grid(_ state: LiveState, _ across: Int, _ width: Int, _ detail: FaceView.Detail) -> [Line] {
        var lines: [Line] = []
        for start in stride(from: 0, to: state.faces.count, by: across) {
            let blocks = state.faces[start..<min(start + across, state.faces.count)].map {
                FaceView(face: $0, time: state.time, width: width - 2, detail: detail, view: self).lines
            }
            for row in 0..<(blocks.map(\.count).max() ?? 0) {
                lines.append(
                    line { line in
                        for (column, block) in blocks.enumerated() {
                            line.pad(to: column * width)
                            line.append(block[row])
                        }
                    })
            }
            if detail.rows > detail.content { lines.append(Line(columns)) }
        }
        return lines
    }

    private func note(_ text: String) -> Line { line { $0.put("  \(text)", style(.dim)) } }

    // MARK: Parts

    private func line(_ fill: (inout Line) -> Void) -> Line {
        var line = Line(columns)
        fill(&line)
        return line
    }

    /// A style where the terminal is to have more than plain letters.
    func style(_ style: Line.Style) -> Line.Style { abilities.hasColour ? style : .plain }

    func colour(_ codes: Int...) -> Line.Style { style(Line.Style(codes: codes)) }

    static func fixed(_ number: Double, _ decimals: Int) -> String {
        var text = Text()
        text.append(number, decimals: decimals)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
