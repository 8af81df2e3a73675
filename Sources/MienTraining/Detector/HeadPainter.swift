import Glibc
import MienNN
import MienVision

/// A picture of a head, to be painted into scenes.
struct Head {
    var picture: Pyramid
    /// Of the face in the picture.
    var place: FacePlace
    /// Nil where the face's points aren't known, nor how it is turned.
    var points: FacePoints?
}

/// Paints one head, with what it wears and what covers it.
struct HeadPainter {
    let head: Head
    /// Of the face on the canvas, as if it weren't mirrored.
    let frame: FaceFrame
    private let isMirrored: Bool
    private let outline: Outline
    private let mask: FaceMask?
    private let glasses: Glasses?
    private let (gain, offset): (Float, Float)
    /// Reads the picture as if it had fewer pixels than are shown.
    private let coarseness: Float
    private let source: FaceFrame

    /// - Parameter isPlain: as it is in its picture, and without anything over it.
    init(_ head: Head, at frame: FaceFrame, isPlain: Bool = false, _ chance: inout SplitMix64) {
        (self.head, self.frame) = (head, frame)
        isMirrored = chance.next() & 1 == 1
        source = FaceFrame(head.place)
        let pixel = 1 / frame.side
        let (reachU, reachV) = (head.picture.width / 2 / head.place.side, head.picture.height / 2 / head.place.side)
        let middle = source.inside(SIMD2(head.picture.width / 2, head.picture.height / 2))
        let kind = chance.uniform()
        let shape: Outline.Kind = kind < 0.55 ? .ellipse : kind < 0.8 ? .rounded : .rectangle
        // An ellipse that holds the whole picture has no edges of the picture in it; the rest is its mirror image.
        let grown = shape == .ellipse ? 1.02 + 0.16 * chance.uniform() : 0.92 + 0.08 * chance.uniform()
        outline = Outline(
            kind: shape, u: isMirrored ? -middle.x : middle.x, v: middle.y, halfWidth: reachU * grown,
            halfHeight: reachV * grown, fade: max(pixel, 0.01 + 0.2 * chance.uniform() * chance.uniform()))
        let layout = Self.layout(of: head, source, isMirrored)
        let isMasked = chance.uniform() < 0.22 && !isPlain
        let wearsGlasses = chance.uniform() < (isMasked ? 0.1 : 0.17) && !isPlain
        mask = isMasked ? layout.map { FaceMask($0, &chance) } : nil
        glasses = wearsGlasses ? layout.map { Glasses($0, &chance) } : nil
        gain = isPlain ? 1 : 1 + 0.25 * chance.symmetric()
        offset = isPlain ? 0 : 20 * chance.symmetric()
        coarseness = !isPlain && chance.uniform() < 0.2 ? 1 + 2 * chance.uniform() : 1
    }

    private static func layout(of head: Head, _ source: FaceFrame, _ isMirrored: Bool) -> FaceLayout? {
        guard let points = head.points else { return .usual }
        func inside(_ point: SIMD2<Float>) -> SIMD2<Float> {
            let place = source.inside(point)
            return isMirrored ? SIMD2(-place.x, place.y) : place
        }
        let (first, second) = (inside(points.rightEye), inside(points.leftEye))
        return FaceLayout(
            leftEye: first.x < second.x ? first : second, rightEye: first.x < second.x ? second : first,
            nose: inside(points.nose), mouth: (inside(points.rightMouth) + inside(points.leftMouth)) / 2)
    }

    /// Paints the head over what is there.
    func paint(on canvas: SceneCanvas) {
        let step = source.side / frame.side
        let sampler = head.picture.sampler(step: step * coarseness)
        let spread = max(step, 1 / sampler.scale * 0.5) / 4
        let pixel = 1 / frame.side
        let mirror: Float = isMirrored ? -1 : 1
        let (a, b) = (source.cosine * source.side * mirror, source.sine * source.side)
        let (c, d) = (source.sine * source.side * mirror, source.cosine * source.side)
        let reach = (u: outline.halfWidth + 0.02, v: outline.halfHeight + 0.02)
        canvas.paint(
            frame, left: outline.u - reach.u, top: outline.v - reach.v, right: outline.u + reach.u,
            bottom: outline.v + reach.v
        ) { u, v in
            let cover = outline.cover(u, v)
            guard cover > 0 else { return (0, 0) }
            let (x, y) = (source.x + a * u - b * v, source.y + c * u + d * v)
            let sum =
                sampler.value(x - spread, y - spread) + sampler.value(x + spread, y - spread)
                + sampler.value(x - spread, y + spread) + sampler.value(x + spread, y + spread)
            var level = min(max(sum * 0.25 * gain + offset, 0), 255)
            if let glasses { level = glasses.over(level, u, v, pixel: pixel) }
            if let mask { level = mask.over(level, u, v, pixel: pixel) }
            return (level, cover)
        }
    }

    /// Hair, neck and shoulders, which are to be painted before the head.
    static func paintBody(on canvas: SceneCanvas, at frame: FaceFrame, _ chance: inout SplitMix64) {
        let skin = 60 + 150 * chance.uniform()
        let cloth = Pattern(level: 255 * chance.uniform(), fineness: 3, &chance)
        let hair = Pattern(
            level: chance.uniform() < 0.7 ? 60 * chance.uniform() : 230 * chance.uniform(), fineness: 8, &chance)
        let curl = Outline(
            kind: .ellipse, u: 0.05 * chance.symmetric(), v: -0.12 + 0.15 * chance.uniform(),
            halfWidth: 0.55 + 0.25 * chance.uniform(), halfHeight: 0.65 + 0.35 * chance.uniform(), fade: 0.05)
        let hasHair = chance.uniform() < 0.7
        let neck = 0.2 + 0.1 * chance.uniform()
        let shoulders = Outline(
            kind: .rounded, u: 0.2 * chance.symmetric(), v: 2.1 + 0.3 * chance.uniform(),
            halfWidth: 0.9 + 0.5 * chance.uniform(), halfHeight: 1.35, fade: 0.05)
        canvas.paint(frame, left: -1.5, top: -1.1, right: 1.5, bottom: 2.4) { u, v in
            let body = shoulders.cover(u, v)
            if body > 0 { return (cloth.level(u, v), body) }
            let head = hasHair ? curl.cover(u, v) : 0
            if head > 0 { return (hair.level(u, v), head) }
            return v > 0 && abs(u) < neck ? (skin * (1 - 1.5 * abs(u)), 1) : (0, 0)
        }
    }

    /// A hand, a phone, a cup, someone's shoulder: covers up to two fifths of the face.
    func paintOccluder(on canvas: SceneCanvas, _ chance: inout SplitMix64) {
        let direction = 2 * Float.pi * chance.uniform()
        let distance = 0.38 + 0.25 * chance.uniform()
        let middle = frame.point(distance * cosf(direction), distance * sinf(direction))
        let turned = FaceFrame(FacePlace(x: middle.x, y: middle.y, side: frame.side, roll: 180 * chance.symmetric()))
        let kinds = Outline.Kind.allCases
        let shape = Outline(
            kind: kinds[chance.integer(in: 0...2)], u: 0, v: 0, halfWidth: 0.12 + 0.2 * chance.uniform(),
            halfHeight: 0.15 + 0.3 * chance.uniform(), fade: max(1 / frame.side, 0.02))
        let pattern = Pattern(level: 255 * chance.uniform(), fineness: 4, &chance)
        canvas.paint(
            turned, left: -shape.halfWidth, top: -shape.halfHeight, right: shape.halfWidth, bottom: shape.halfHeight
        ) { u, v in (min(max(pattern.level(u, v), 0), 255), shape.cover(u, v)) }
    }
}
