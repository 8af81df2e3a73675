import Glibc
import MienNN
import MienVision

/// Makes the scenes that the detector learns from: heads in front of pictures, pictures that have faces of their own, and
/// what is no face. A scene follows from the seed and its numbers alone.
struct SceneMaker: Sendable {
    let sources: SceneSources
    let width: Int
    let height: Int
    let seed: UInt64
    /// Of the heads, those to be painted.
    let heads: [Int]

    /// Which scene: what is in front, and what behind. They usually have the same number; a background that was taken for
    /// a face is shown again behind other heads, or none.
    struct Number: Hashable {
        var content: UInt64
        var background: UInt64
    }

    /// A face in a scene.
    struct Face {
        enum Kind { case face, turnedUnknown, ignored }

        var place: FacePlace
        var kind: Kind
    }

    /// More than these are never in a scene.
    static let mostFaces = 48
    /// Smaller faces aren't asked for.
    static let smallest: Float = 9
    private static let largest: Float = 185

    /// Paints scene `number`; `faces` gets the faces in it.
    ///
    /// - Parameters:
    ///   - pixels, room: width x height floats each. `pixels` gets whole numbers of 0 to 255.
    ///   - isBare: nothing is painted in front.
    func paint(
        _ number: Number, isBare: Bool = false, into pixels: UnsafeMutableBufferPointer<Float>,
        room: UnsafeMutableBufferPointer<Float>, faces: inout [Face]
    ) {
        faces.removeAll(keepingCapacity: true)
        let canvas = SceneCanvas(width: width, height: height, pixels: pixels)
        var behind = SplitMix64(seed, Purpose.background, number.background)
        var chance = SplitMix64(seed, Purpose.scene, number.content)
        paintBackground(canvas, faces: &faces, &behind)
        let own = faces.count
        if behind.uniform() < 0.4 { for _ in 0..<behind.integer(in: 1...3) { paintDistractor(canvas, faces, &behind) } }
        if !isBare, !heads.isEmpty { paintHeads(canvas, faces: &faces, &chance) }
        // What was there before may lie behind a head now.
        for index in 0..<own where faces[own...].contains(where: { $0.place.overlap(with: faces[index].place) > 0.05 })
        {
            faces[index].kind = .ignored
        }
        let smallest = faces.map(\.place.side).min() ?? 40
        canvas.takePicture(smallest: smallest, room: room, &chance)
    }

    // MARK: Behind

    private func paintBackground(_ canvas: SceneCanvas, faces: inout [Face], _ chance: inout SplitMix64) {
        let kind = chance.uniform()
        if kind < 0.35, sources.frames.count > 0 {
            paintFrame(canvas, faces: &faces, &chance)
        } else if kind < 0.87, sources.backgrounds.count > 0 {
            let index = sources.background(chance.uniform())
            let (width, height) = sources.backgrounds.size(index)
            let fit = min(Float(width) / Float(canvas.width), Float(height) / Float(canvas.height))
            let zoom = fit * (0.25 + 0.75 * chance.uniform())
            let angle = chance.uniform() < 0.3 ? 0.5 * chance.symmetric() : 0
            sources.backgrounds.withPicture(index) { fill(canvas, $0, zoom: max(zoom, 0.15), angle: angle, &chance) }
        } else if kind < 0.95, let head = heads.isEmpty ? nil : heads[chance.integer(in: 0...(heads.count - 1))] {
            // So much of it that no face is left to see.
            let place = sources.heads[head].place
            sources.pictures.withPicture(sources.heads[head].picture) {
                fill(canvas, $0, zoom: place.side / Float(canvas.width) * 0.3, angle: .pi * chance.symmetric(), &chance)
            }
        } else {
            let pattern = Pattern(level: 255 * chance.uniform(), fineness: 4, &chance)
            let (slopeX, slopeY) = (100 * chance.symmetric(), 100 * chance.symmetric())
            for y in 0..<canvas.height {
                for x in 0..<canvas.width {
                    let (u, v) = (Float(x) / Float(canvas.width) - 0.5, Float(y) / Float(canvas.width) - 0.5)
                    canvas.pixels[y * canvas.width + x] = pattern.level(u, v) + slopeX * u + slopeY * v
                }
            }
        }
    }

    /// Fills the canvas with a part of a picture, mirrored or not; `zoom`: pixels of the picture to one of the canvas.
    private func fill(_ canvas: SceneCanvas, _ picture: Pyramid, zoom: Float, angle: Float, _ chance: inout SplitMix64)
    {
        let mirror: Float = chance.next() & 1 == 1 ? -1 : 1
        let right = SIMD2(zoom * cosf(angle) * mirror, zoom * sinf(angle))
        let down = SIMD2(-zoom * sinf(angle) * mirror, zoom * cosf(angle))
        let reach = SIMD2(zoom * Float(canvas.width) / 2, zoom * Float(canvas.height) / 2)
        let free = SIMD2(max(picture.width / 2 - reach.x, 0), max(picture.height / 2 - reach.y, 0))
        let middle = SIMD2(
            picture.width / 2 + free.x * chance.symmetric(), picture.height / 2 + free.y * chance.symmetric())
        let origin = middle - right * (Float(canvas.width) / 2) - down * (Float(canvas.height) / 2)
        canvas.fill(picture, origin, right: right, down: down)
    }

    /// A part of a frame, at some size, with the faces that are in it.
    private func paintFrame(_ canvas: SceneCanvas, faces: inout [Face], _ chance: inout SplitMix64) {
        let index = sources.frame(chance.uniform())
        let (width, height) = sources.frames.size(index)
        let whole = max(Float(width) / Float(canvas.width), Float(height) / Float(canvas.height))
        let zoom = whole * exp2f(-2.2 * chance.uniform())
        let isMirrored = chance.next() & 1 == 1
        // About a face, where there is one, every other time.
        let own = sources.facesInFrames[index]
        let seen = SIMD2(zoom * Float(canvas.width), zoom * Float(canvas.height))
        var corner = SIMD2(
            (Float(width) - seen.x) * chance.uniform(), (Float(height) - seen.y) * chance.uniform())
        if let face = own.isEmpty ? nil : own[chance.integer(in: 0...(own.count - 1))], chance.uniform() < 0.6 {
            corner = SIMD2(face.place.x, face.place.y) - seen * SIMD2(chance.uniform(), chance.uniform())
            corner.x = min(max(corner.x, min(Float(width) - seen.x, 0)), max(Float(width) - seen.x, 0))
            corner.y = min(max(corner.y, min(Float(height) - seen.y, 0)), max(Float(height) - seen.y, 0))
        }
        sources.frames.withPicture(index) { picture in
            canvas.fill(
                picture, isMirrored ? SIMD2(corner.x + seen.x, corner.y) : corner,
                right: SIMD2(isMirrored ? -zoom : zoom, 0), down: SIMD2(0, zoom))
        }
        for face in own {
            var place = face.place
            place.x = (place.x - corner.x) / zoom
            place.y = (place.y - corner.y) / zoom
            place.side /= zoom
            if isMirrored { (place.x, place.roll) = (Float(canvas.width) - place.x, -place.roll) }
            append(Face(place: place, kind: face.isCertain ? .face : .ignored), to: &faces)
        }
    }

    /// Where it can be seen at all. Of what is too small or lies half outside, nothing is asked.
    private func append(_ face: Face, to faces: inout [Face]) {
        let place = face.place
        let reach = place.side / 2
        let inside =
            (min(place.x + reach, Float(width)) - max(place.x - reach, 0))
            * (min(place.y + reach, Float(height)) - max(place.y - reach, 0))
        let isOutside =
            place.x + reach <= 0 || place.y + reach <= 0 || place.x - reach >= Float(width)
            || place.y - reach >= Float(height)
        guard !isOutside, faces.count < Self.mostFaces else { return }
        var face = face
        if place.side < Self.smallest || inside < 0.6 * place.side * place.side { face.kind = .ignored }
        faces.append(face)
    }

    // MARK: In front

    private func head(_ chance: inout SplitMix64) -> SceneSources.Head {
        sources.heads[heads[chance.integer(in: 0...(heads.count - 1))]]
    }

    private func paintHeads(_ canvas: SceneCanvas, faces: inout [Face], _ chance: inout SplitMix64) {
        let kind = chance.uniform()
        let count: Int
        let sizes: (ClosedRange<Float>)
        if kind < 0.12 {
            return
        } else if kind < 0.45 {
            (count, sizes) = (chance.integer(in: 6...22), Self.smallest...40)
        } else if kind < 0.6 {
            (count, sizes) = (chance.integer(in: 1...2), 60...Self.largest)
        } else {
            (count, sizes) = (chance.integer(in: 1...8), Self.smallest...110)
        }
        let own = faces.count
        for _ in 0..<count {
            // Of small ones more, each way: evenly in the logarithm, and then some.
            let share = chance.uniform()
            let isSmall = chance.uniform() < 0.35
            let upper = isSmall ? min(sizes.upperBound, 36) : sizes.upperBound
            let lower = isSmall ? min(sizes.lowerBound, upper) : sizes.lowerBound
            let side = min(lower * powf(upper / lower, share), Float(height) * 1.1)
            if let place = free(side, faces, &chance) { faces.append(Face(place: place, kind: .face)) }
        }
        let places = faces[own...].map(\.place)
        faces.removeSubrange(own...)
        // Bodies first, since they are larger than what is kept free for a head; none over people who are there already.
        if own == 0 {
            for place in places where place.side < 100 && chance.uniform() < 0.45 {
                HeadPainter.paintBody(on: canvas, at: FaceFrame(place), &chance)
            }
        }
        for place in places { paintHead(canvas, at: place, faces: &faces, &chance) }
    }

    /// A place for a face of `side`, not over another's; nil where none was found.
    private func free(_ side: Float, _ faces: [Face], _ chance: inout SplitMix64) -> FacePlace? {
        for _ in 0..<8 {
            // A fifth of it may lie outside.
            let margin = 0.3 * side
            let place = FacePlace(
                x: margin + (Float(width) - 2 * margin) * chance.uniform(),
                y: margin + (Float(height) - 2 * margin) * chance.uniform(), side: side, roll: Self.roll(&chance))
            let isFree = faces.allSatisfy {
                max(abs($0.place.x - place.x), abs($0.place.y - place.y)) > 0.55 * ($0.place.side + side)
            }
            if isFree { return place }
        }
        return nil
    }

    /// Mostly small; up to 65 degrees; of a few any.
    private static func roll(_ chance: inout SplitMix64) -> Float {
        let kind = chance.uniform()
        if kind < 0.04 { return 180 * chance.symmetric() }
        if kind < 0.4 { return 65 * chance.symmetric() }
        return 25 * chance.symmetric() * chance.uniform()
    }

    private func paintHead(
        _ canvas: SceneCanvas, at place: FacePlace, faces: inout [Face], _ chance: inout SplitMix64
    ) {
        let source = head(&chance)
        let frame = FaceFrame(place)
        sources.pictures.withPicture(source.picture) { picture in
            let painter = HeadPainter(
                Head(picture: picture, place: source.place, points: source.points), at: frame, &chance)
            painter.paint(on: canvas)
            if chance.uniform() < 0.1 { painter.paintOccluder(on: canvas, &chance) }
        }
        append(Face(place: place, kind: source.points == nil ? .turnedUnknown : .face), to: &faces)
    }

    private func paintDistractor(_ canvas: SceneCanvas, _ faces: [Face], _ chance: inout SplitMix64) {
        guard !heads.isEmpty else { return }
        let side = Self.smallest * powf(120 / Self.smallest, chance.uniform())
        let source = head(&chance)
        guard let place = free(side, faces, &chance) else { return }
        let frame = FaceFrame(place)
        sources.pictures.withPicture(source.picture) { picture in
            Distractor(Head(picture: picture, place: source.place, points: source.points), at: frame, &chance)
                .paint(on: canvas)
        }
    }
}
