public import Mien
import MienImage
import MienSystem
import MienVision

/// Draws what is known of the faces on pictures of any layout: an outline, a label, six bars, a trail of the last seconds.
///
/// All of it eases in time, so that nothing jumps. One thread at a time, frames in order; frames may be left out.
public final class Overlay {
    /// Whether anything is drawn but what hides faces, and whether that has bars.
    public var isShown = true
    public var hasBars = true
    /// Why there are no letters, for the user; nil where there are.
    public let problem: String?

    private let (painter, fonts): (Painter, OverlayFonts?)
    private let mask: PrivacyMask
    private var marks: [FaceMark] = []
    private var (source, time) = ("", -Double.infinity)
    private var picture = Box(x: 0, y: 0, width: 0, height: 0)

    public init(privacy: Privacy = .none) {
        painter = Painter()
        mask = PrivacyMask(privacy)
        do throws(FontError) {
            fonts = try OverlayFonts()
            problem = nil
        } catch {
            fonts = nil
            problem =
                "labels have no text: "
                + loadFailure(error.description, packages: "libfontconfig1 fonts-dejavu-core")
        }
    }

    /// Whether pictures stay as they are.
    var isIdle: Bool { !isShown && mask.privacy == .none }

    /// Draws on the picture that `result` tells of.
    public func draw(_ result: borrowing FrameResult, on canvas: Canvas) {
        mask.hide(result, on: canvas, painter)
        follow(result, in: canvas.bounds)
        guard isShown else { return }
        for mark in marks { drawOutline(of: mark, on: canvas) }
        if hasBars { for mark in marks { drawPanel(of: mark, on: canvas) } }
        for mark in marks { drawLabel(of: mark, on: canvas) }
    }

    private func follow(_ result: borrowing FrameResult, in picture: Box) {
        let isFirst = result.source != source || result.time < time || picture != self.picture
        self.picture = picture
        if isFirst { marks.removeAll(keepingCapacity: true) }
        marks.removeAll { mark in !result.faces.contains { $0.id == mark.id } }
        let seconds = isFirst ? 0 : result.time - time
        for face in result.faces {
            if let known = marks.firstIndex(where: { $0.id == face.id }) {
                marks[known].follow(face, time: result.time)
            } else {
                let layout = FaceLayout(Region(face.box), in: picture)
                // Where frames are rare, a face isn't there long enough to appear by and by.
                let isSudden = isFirst || seconds > 0.2
                marks.append(FaceMark(face, time: result.time, layout: layout, isSudden: isSudden))
            }
        }
        (source, time) = (result.source, result.time)
        for index in marks.indices {
            let mark = marks[index]
            marks[index].layout.follow(
                mark.region, in: picture, seconds: seconds, labelWidth: fonts?.labelWidth(of: mark) ?? 0,
                nameWidth: fonts?.nameWidth(size: mark.layout.textSize) ?? 0,
                obstacles: Obstacles(marks: marks, index: index))
        }
    }

    // MARK: Parts

    /// Behind letters and bars.
    private static let ground = Colour(14, 16, 20, alpha: 0.72)
    private static let text = Colour(255, 255, 255)

    private func drawOutline(of mark: FaceMark, on canvas: Canvas) {
        let side = min(mark.region.width, mark.region.height)
        let stroke = max(1.5, Double(mark.layout.textSize) / 6)
        let halo = max(1, stroke / 2)
        let outer = mark.region.inset(by: -halo)
        painter.fill(
            RoundedRectangle(outer, radius: side * 0.12 + halo, stroke: stroke + 2 * halo),
            Colour(0, 0, 0, alpha: 0.4 * mark.opacity), on: canvas)
        painter.fill(
            RoundedRectangle(mark.region, radius: side * 0.12, stroke: stroke), mark.label.colour.faded(mark.opacity),
            on: canvas)
    }

    private func drawLabel(of mark: FaceMark, on canvas: Canvas) {
        guard let fonts else { return }
        let (label, unit) = (mark.layout.label, Double(mark.layout.textSize))
        painter.fill(
            RoundedRectangle(label, radius: unit * 0.45), Self.ground.faded(mark.opacity), on: canvas)
        fonts.drawLabel(of: mark, mark.label.colour, Self.text, on: canvas, painter)
    }

    private func drawPanel(of mark: FaceMark, on canvas: Canvas) {
        let (layout, panel, unit) = (mark.layout, mark.layout.panel, Double(mark.layout.textSize))
        guard layout.detail != .nothing else { return }
        let metrics = PanelMetrics(
            textSize: layout.textSize, detail: layout.detail, nameWidth: fonts?.nameWidth(size: layout.textSize) ?? 0)
        painter.fill(RoundedRectangle(panel, radius: unit * 0.45), Self.ground.faded(mark.opacity), on: canvas)
        for expression in Expression.allCases {
            let middle = panel.y + metrics.padding + metrics.pitch * (Double(expression.rawValue) + 0.5)
            var bar = Region(
                x: panel.x + metrics.barStart, y: middle - metrics.barHeight / 2, width: metrics.barLength,
                height: metrics.barHeight)
            painter.fill(
                RoundedRectangle(bar, radius: metrics.barHeight / 2), Self.text.faded(0.16 * mark.opacity), on: canvas)
            // A bar of nothing is a dot.
            bar.width = metrics.barHeight + (metrics.barLength - metrics.barHeight) * mark.bars[expression.rawValue]
            painter.fill(
                RoundedRectangle(bar, radius: metrics.barHeight / 2), expression.colour.faded(mark.opacity), on: canvas)
            if layout.detail == .names {
                let isLabel = expression == mark.label
                fonts?.drawName(
                    expression, x: panel.x + metrics.padding, middle: middle, size: layout.textSize,
                    Self.text.faded((isLabel ? 1 : 0.72) * mark.opacity), on: canvas, painter)
            }
        }
        if metrics.trailHeight > 0 { drawTrail(of: mark, metrics, on: canvas) }
    }

    /// The last seconds from left to right, the older the fainter.
    private func drawTrail(of mark: FaceMark, _ metrics: PanelMetrics, on canvas: Canvas) {
        let panel = mark.layout.panel
        let (left, width) = (panel.x + metrics.padding, panel.width - 2 * metrics.padding)
        let top = panel.y + panel.height - metrics.padding - metrics.trailHeight
        let count = max(1, Int(width / 2))
        var start = 0
        // Neighbours that show the same are one segment.
        while start < count {
            let label = mark.trail.column(start, of: count, until: mark.seen)?.label
            var end = start + 1
            while end < count, end - start < max(1, count / 8),
                mark.trail.column(end, of: count, until: mark.seen)?.label == label
            {
                end += 1
            }
            let (from, to) = (Double(start) / Double(count), Double(end) / Double(count))
            let segment = Region(
                x: (left + width * from).rounded(), y: top,
                width: (left + width * to).rounded() - (left + width * from).rounded(), height: metrics.trailHeight)
            let colour = label?.colour.faded(0.2 + 0.8 * to) ?? Self.text.faded(0.1)
            painter.fill(RoundedRectangle(segment, radius: 0), colour.faded(mark.opacity), on: canvas)
            start = end
        }
    }
}

/// What a face's panel shouldn't cover: other faces, and the labels and panels that have a place already.
private struct Obstacles: Sequence, IteratorProtocol {
    let marks: [FaceMark]
    let index: Int
    private var place = 0

    init(marks: [FaceMark], index: Int) { (self.marks, self.index) = (marks, index) }

    mutating func next() -> Region? {
        while place < 3 * marks.count {
            let (mark, part) = (place / 3, place % 3)
            place += 1
            if part == 0, mark != index { return marks[mark].region }
            if part > 0, mark < index { return part == 1 ? marks[mark].layout.label : marks[mark].layout.panel }
        }
        return nil
    }
}
