import MienImage
import MienVision

/// Where a face's label and bars stand: beside the face, inside the picture, clear of other faces where there is room.
///
/// All lengths are multiples of the letters' size, which follows the face's.
struct FaceLayout {
    /// How much there is room for beside a face of its size.
    enum Detail { case nothing, bars, names }

    enum Side: CaseIterable { case right, left, below, above }

    /// Letters' height in pixels: whole ones, so that they don't shimmer.
    private(set) var textSize: Int
    private(set) var detail: Detail
    private(set) var label = Region(x: 0, y: 0, width: 0, height: 0)
    private(set) var panel = Region(x: 0, y: 0, width: 0, height: 0)
    private var side = Side.right
    /// From the face's corner to the panel's; nil where the panel is new.
    private var offset: (x: Double, y: Double)?

    init(_ face: Region, in picture: Box) {
        let size = Self.idealTextSize(face, picture)
        textSize = Int(size.rounded())
        detail = Self.detail(face, textSize, nil)
    }

    /// - Parameters:
    ///   - seconds: since the last frame.
    ///   - labelWidth: what the label's text takes; 0: there is none.
    ///   - nameWidth: what the longest name beside a bar takes, at `textSize`.
    ///   - obstacles: what the panel shouldn't cover.
    mutating func follow(
        _ face: Region, in picture: Box, seconds: Double, labelWidth: Double, nameWidth: Double,
        obstacles: some Sequence<Region>
    ) {
        // Letters keep their size, and the panel its make-up, until there is a reason.
        let size = Self.idealTextSize(face, picture)
        if abs(size - Double(textSize)) > 0.8 { textSize = Int(size.rounded()) }
        detail = Self.detail(face, textSize, detail)

        let unit = Double(textSize)
        let frame = Region(picture).inset(by: (unit / 4).rounded())
        if label.width == 0 || labelWidth == 0 { label.width = labelWidth }
        Easing(seconds: seconds, constant: 0.06).move(&label.width, to: labelWidth)
        label.height = (1.7 * unit).rounded()
        (label.x, label.y) = (face.x, face.y - label.height - (unit * 0.4).rounded())
        label = label.moved(into: frame)

        guard detail != .nothing else {
            (offset, panel) = (nil, Region(x: 0, y: 0, width: 0, height: 0))
            return
        }
        let metrics = PanelMetrics(textSize: textSize, detail: detail, nameWidth: nameWidth)
        (panel.width, panel.height) = (metrics.width, metrics.height)
        let target = place(face, frame, gap: (unit * 0.6).rounded(), obstacles)
        var (x, y) = offset ?? (target.x - face.x, target.y - face.y)
        let easing = Easing(seconds: seconds, constant: 0.12)
        easing.move(&x, to: target.x - face.x)
        easing.move(&y, to: target.y - face.y)
        offset = (x, y)
        (panel.x, panel.y) = ((face.x + x).rounded(), (face.y + y).rounded())
        panel = panel.moved(into: frame)
    }

    /// The best place for the panel; the side that it has is left only for one that is clearly better.
    private mutating func place(_ face: Region, _ frame: Region, gap: Double, _ obstacles: some Sequence<Region>)
        -> Region
    {
        var best = (cost: Double.infinity, region: panel, side: side)
        for candidate in Side.allCases {
            var wished = panel
            switch candidate {
            case .right: (wished.x, wished.y) = (face.x + face.width + gap, face.y)
            case .left: (wished.x, wished.y) = (face.x - panel.width - gap, face.y)
            case .below: (wished.x, wished.y) = (face.x, face.y + face.height + gap)
            case .above: (wished.x, wished.y) = (face.x, label.y - panel.height - gap)
            }
            let region = wished.moved(into: frame)
            var cost = region.shared(with: face) * 4 + region.shared(with: label)
            for obstacle in obstacles { cost += region.shared(with: obstacle) }
            // In shares of the panel. Sides are better than ends, and what it has is better than either.
            cost /= max(panel.width * panel.height, 1)
            cost += candidate == .right || candidate == .left ? 0 : 0.1
            cost -= offset != nil && candidate == side ? 0.15 : 0
            if cost < best.cost { best = (cost, region, candidate) }
        }
        side = best.side
        return best.region
    }

    private static func idealTextSize(_ face: Region, _ picture: Box) -> Double {
        let height = Double(min(picture.height, picture.width))
        return min(max(0.085 * face.height, height / 48, 9), max(height / 24, 9))
    }

    private static func detail(_ face: Region, _ textSize: Int, _ current: Detail?) -> Detail {
        // What is there may get a little too large before it goes.
        func fits(_ detail: Detail) -> Bool {
            let height = PanelMetrics(textSize: textSize, detail: detail, nameWidth: 0).height
            return height < face.height * (current == detail ? 1.5 : 1.3)
        }
        return fits(.names) ? .names : fits(.bars) ? .bars : .nothing
    }
}

/// A panel's measures.
struct PanelMetrics {
    let padding: Double
    /// From one bar to the next.
    let pitch: Double
    let barHeight: Double
    let barLength: Double
    /// Where bars begin, from the panel's left edge.
    let barStart: Double
    /// 0: no trail.
    let trailHeight: Double
    let width: Double
    let height: Double

    init(textSize: Int, detail: FaceLayout.Detail, nameWidth: Double) {
        let unit = Double(textSize)
        let hasNames = detail == .names
        padding = (unit * 0.6).rounded()
        pitch = hasNames ? (unit * 1.35).rounded() : max(5, (unit * 0.55).rounded())
        barHeight = max(3, (unit * 0.36).rounded())
        barLength = (unit * (hasNames ? 5 : 4)).rounded()
        barStart = padding + (hasNames && nameWidth > 0 ? nameWidth.rounded(.up) + (unit * 0.6).rounded() : 0)
        trailHeight = hasNames ? max(3, (unit * 0.45).rounded()) : 0
        width = barStart + barLength + padding
        height = 2 * padding + 6 * pitch + (trailHeight > 0 ? (unit * 0.35).rounded() + trailHeight : 0)
    }
}

extension Region {
    func inset(by margin: Double) -> Region {
        Region(
            x: x + margin, y: y + margin, width: max(0, width - 2 * margin), height: max(0, height - 2 * margin))
    }

    /// As near to its place as lies inside `frame`; at its top left where it is larger.
    func moved(into frame: Region) -> Region {
        Region(
            x: max(frame.x, min(x, frame.x + frame.width - width)),
            y: max(frame.y, min(y, frame.y + frame.height - height)), width: width, height: height)
    }

    /// The area that both cover.
    func shared(with other: Region) -> Double {
        max(0, min(x + width, other.x + other.width) - max(x, other.x))
            * max(0, min(y + height, other.y + other.height) - max(y, other.y))
    }
}
