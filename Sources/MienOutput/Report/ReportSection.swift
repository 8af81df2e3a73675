import Mien
import MienVision

/// The part of a report that one recording or photo has.
struct ReportSection {
    let source: String
    private let size: (width: Int, height: Int)
    private var timelines = Timelines()
    private(set) var moments = Moments()

    /// Faces that have a lane in the drawing; the table has all.
    private static let mostLanes = 24

    init(_ result: borrowing FrameResult) {
        source = result.source
        size = (result.width, result.height)
    }

    mutating func add(_ result: borrowing FrameResult, picture: (Face) -> [UInt8]?) {
        timelines.add(result)
        moments.add(result, picture: picture)
    }

    /// Those that were there longest first.
    private var faces: [FaceTimeline] { timelines.faces.sorted { ($0.total, $1.id) > ($1.total, $0.id) } }

    private var isStill: Bool { timelines.end == 0 }

    func write(to text: inout Text) {
        text.append("<section>\n<h2>")
        text.append(html: source)
        text.append("</h2>\n")
        writeFigures(to: &text)
        if !timelines.faces.isEmpty {
            writeShares(to: &text)
            if !isStill { writeLanes(to: &text) }
            writeMoments(to: &text)
            writeTable(to: &text)
        }
        text.append("</section>\n")
    }

    private func writeFigures(to text: inout Text) {
        let count = timelines.faces.count + timelines.forgotten
        var figures = [("\(size.width) × \(size.height)", "pixels")]
        if !isStill {
            figures.insert((Self.clock(timelines.end), "long"), at: 0)
            figures.append(("\(timelines.frames)", "frames"))
            let share = 100 * Double(timelines.framesWithFaces) / Double(timelines.frames)
            figures.append(("\(LiveView.fixed(share, 0)) %", "with a face"))
        }
        figures.append(("\(count)", count == 1 ? "face" : "faces"))
        text.append("<div class=\"figures\">")
        for (figure, name) in figures { text.append("<span><b>\(figure)</b>\(name)</span>") }
        text.append("</div>\n")
    }

    /// A bar for all faces together.
    private func writeShares(to text: inout Text) {
        let shares = Self.shares(timelines.faces)
        text.append("<div class=\"shares\" role=\"img\" aria-label=\"Share of each expression\">")
        for expression in Expression.allCases where shares[expression.rawValue] > 0 {
            let share = 100 * shares[expression.rawValue]
            let percent = LiveView.fixed(share, share < 10 ? 1 : 0)
            text.append(
                """
                <div class="\(expression.name)" style="flex-grow:\(LiveView.fixed(share, 3))" \
                title="\(expression.name) \(percent) %"><span>\(expression.name) \(percent) %</span></div>
                """)
        }
        text.append("</div>\n")
    }

    private func writeLanes(to text: inout Text) {
        let shown = faces.prefix(Self.mostLanes).sorted { $0.id < $1.id }
        text.append(
            """
            <h3>Over time</h3>
            <div class="timeline" tabindex="0" data-bin="\(LiveView.fixed(timelines.binWidth, 4))" \
            data-end="\(LiveView.fixed(timelines.end + timelines.binWidth, 4))">
            <div class="tools"><span>Drag to look closer, double-click to see all; Ctrl and the wheel, arrows, + and −.</span>\
            <button data-zoom="0.5" title="closer">+</button><button data-zoom="2" title="further">−</button>\
            <button data-zoom="all">all</button></div>

            """)
        for face in shown {
            text.append("<div class=\"lane\"><b>face \(face.id)</b><canvas role=\"img\" data-face=\"\(face.id)\" ")
            text.append("aria-label=\"What face \(face.id) showed\" data-first=\"\(face.firstBin)\" data-bins=\"")
            text.append(base64: Self.bytes(of: face))
            text.append("\"></canvas></div>\n")
        }
        text.append("<div class=\"lane\"><b></b><div class=\"axis\"></div></div>\n")
        text.append("<noscript>The drawing needs JavaScript.</noscript></div>\n")
        let others = timelines.faces.count + timelines.forgotten - shown.count
        if others > 0 { text.append("<p>And \(others) faces that were there for less time.</p>\n") }
    }

    /// The strongest moment of each expression, a card each.
    private func writeMoments(to text: inout Text) {
        text.append("<h3>Strongest moments</h3>\n<div class=\"moments\">")
        for moment in Expression.allCases.compactMap({ moments[$0] }) {
            text.append("<button class=\"moment\" data-time=\"\(LiveView.fixed(moment.time, 3))\">")
            if let picture = moment.picture {
                text.append("<img alt=\"\" width=\"\(ThumbnailMaker.side)\" src=\"data:image/jpeg;base64,")
                text.append(base64: picture)
                text.append("\">")
            }
            text.append("<b><i class=\"\(moment.expression.name)\"></i>\(moment.expression.name)</b>")
            text.append("<span>\(LiveView.fixed(Double(100 * moment.confidence), 0)) %</span>")
            text.append("<span>face \(moment.face)\(isStill ? "" : " at \(Self.clock(moment.time))")</span></button>")
        }
        text.append("</div>\n")
    }

    private func writeTable(to text: inout Text) {
        text.append("<h3>Faces</h3>\n<div class=\"table\"><table><thead><tr><th>face</th>")
        if !isStill { text.append("<th>from</th><th>to</th><th>seconds</th>") }
        for expression in Expression.allCases { text.append("<th>\(expression.name), %</th>") }
        text.append("</tr></thead><tbody>\n")
        for face in faces {
            text.append("<tr><th>\(face.id)</th>")
            if !isStill {
                text.append("<td>\(Self.clock(face.start))</td><td>\(Self.clock(face.end))</td>")
                text.append("<td>\(LiveView.fixed(face.total, 1))</td>")
            }
            let shares = isStill ? face.meanProbabilities : Self.shares([face])
            for expression in Expression.allCases {
                let share = shares[expression.rawValue]
                text.append("<td class=\"\(expression.name)\" style=\"--share:\(LiveView.fixed(share, 3))\">")
                text.append("\(LiveView.fixed(100 * share, 1))</td>")
            }
            text.append("</tr>\n")
        }
        text.append("</tbody></table></div>\n")
        if timelines.forgotten > 0 {
            text.append("<p>\(timelines.forgotten) faces more were there only briefly.</p>\n")
        }
    }

    /// Of the time that these faces were there.
    private static func shares(_ faces: [FaceTimeline]) -> [Double] {
        let total = faces.reduce(0) { $0 + $1.total }
        return Expression.allCases.map { expression in
            total > 0 ? faces.reduce(0) { $0 + $1.seconds[expression.rawValue] } / total : 0
        }
    }

    /// Six bytes a bin, 250 being all; six zeros where the face wasn't there.
    private static func bytes(of face: FaceTimeline) -> [UInt8] {
        face.bins.flatMap { bin in
            let count = max(bin[FaceTimeline.countLane], 1)
            return Expression.allCases.map { UInt8(min(max((250 * bin[$0.rawValue] / count).rounded(), 0), 255)) }
        }
    }

    /// "0:04.2" or "1:02:07".
    private static func clock(_ seconds: Double) -> String {
        let whole = ProgressBar.clock(seconds)
        return seconds < 600 ? "\(whole).\(Int(seconds * 10) % 10)" : whole
    }
}
