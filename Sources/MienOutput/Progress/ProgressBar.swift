/// Progress as a line of a terminal.
public struct ProgressBar: Sendable {
    private let columns: Int
    private let hasUnicode: Bool

    /// As wide as the terminal that `descriptor` is, and one column less: the cursor stays in the line.
    public init(on descriptor: Int32) {
        self.init(columns: Terminal.size(of: descriptor).columns - 1, hasUnicode: Terminal.isUnicode())
    }

    init(columns: Int, hasUnicode: Bool) { (self.columns, self.hasUnicode) = (columns, hasUnicode) }

    /// What is in hand, a bar, and figures on the right, as much of it as there is room for.
    public func line(_ progress: Progress) -> String {
        var figures = ["\(LiveView.fixed(progress.framesPerSecond, progress.framesPerSecond < 10 ? 1 : 0)) frames/s"]
        if let times = progress.timesRealTime { figures.append("\(LiveView.fixed(times, 1))x") }
        if let left = progress.secondsLeft, progress.seconds > 1 { figures.append("\(Self.clock(left)) left") }
        if progress.fraction == nil { figures.insert("\(progress.frames) frames", at: 0) }
        var head = progress.input
        if progress.inputs > 1 { head = "\(progress.inputsDone + 1)/\(progress.inputs) \(head)" }
        return line(head, progress.fraction, figures.joined(separator: "  "))
    }

    /// `fraction`: how much of the bar is full; nil: none is shown.
    public func line(_ head: String, _ fraction: Double?, _ figures: String) -> String {
        var right = Line(columns)
        if let fraction {
            // A narrow terminal has figures rather than a bar.
            let width = min(24, columns - figures.utf8.count - 30)
            if width >= 8 {
                right.put("  ")
                right.put(bar(fraction, width))
            }
            let percent = LiveView.fixed((100 * fraction).rounded(.down), 0)
            right.put("  \(String(repeating: " ", count: max(0, 3 - percent.utf8.count)))\(percent) %")
        }
        right.put("  \(figures)")
        var line = Line(columns)
        let room = columns - right.width
        if room > 8 {
            line.put(Self.end(of: head, columns: room, mark: hasUnicode ? "…" : "<"))
            line.pad(to: room)
        }
        line.append(right)
        return String(decoding: line.text.bytes, as: UTF8.self)
    }

    /// The end of a path says more than its beginning.
    private static func end(of text: String, columns: Int, mark: String) -> String {
        let width = text.unicodeScalars.reduce(0) { $0 + $1.columns }
        guard width > columns else { return text }
        var surplus = width - columns + 1
        let rest = text.unicodeScalars.drop { scalar in
            defer { surplus -= scalar.columns }
            return surplus > 0
        }
        return mark + String(rest)
    }

    private func bar(_ fraction: Double, _ width: Int) -> String {
        let full = Int(min(max(fraction, 0), 1) * Double(width))
        let (done, rest) = hasUnicode ? ("█", "░") : ("#", "-")
        return String(repeating: done, count: full) + String(repeating: rest, count: width - full)
    }

    /// "0:42" or "1:02:07".
    public static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "long" }
        let whole = Int(seconds)
        let minutes = whole / 60 % 60
        let tail = (whole % 60 < 10 ? "0" : "") + "\(whole % 60)"
        return whole < 3600 ? "\(minutes):\(tail)" : "\(whole / 3600):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
    }
}
