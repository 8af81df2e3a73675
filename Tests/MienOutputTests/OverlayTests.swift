import Mien
import Testing

@testable import MienOutput

/// A grey picture with luma alone, or with a pattern of single pixels in it, as an overlay leaves it.
final class GreyPicture {
    let plane: Plane
    fileprivate let canvas: Canvas
    private let original: [UInt8]

    init(width: Int = 640, height: Int = 360, isSharp: Bool = false) {
        plane = Plane(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { plane.base[y * plane.stride + x] = isSharp ? (x ^ y) & 1 == 0 ? 40 : 200 : 120 }
        }
        let component = Canvas.Component(base: plane.base, stride: plane.stride, step: 1)
        canvas = Canvas(components: [component], model: .grey, storedWidth: width, storedHeight: height)
        original = Array(UnsafeBufferPointer(start: plane.base, count: plane.stride * height))
    }

    subscript(x: Int, y: Int) -> UInt8 { plane.base[y * plane.stride + x] }

    func hasChanged(_ x: Int, _ y: Int) -> Bool { self[x, y] != original[y * plane.stride + x] }

    /// The pixels that were drawn on, from the first to the last each way; nil where there are none.
    var drawn: (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let rows = (0..<plane.height).filter { y in (0..<plane.width).contains { hasChanged($0, y) } }
        let columns = (0..<plane.width).filter { x in (0..<plane.height).contains { hasChanged(x, $0) } }
        guard let top = rows.first, let left = columns.first else { return nil }
        return (left...columns.last!, top...rows.last!)
    }

    /// How many pixels were drawn on in a box.
    func changes(in box: Box) -> Int {
        var count = 0
        for y in box.y..<box.y + box.height {
            for x in box.x..<box.x + box.width where hasChanged(x, y) { count += 1 }
        }
        return count
    }

    var samples: [UInt8] { (0..<plane.height).flatMap { Array(plane.view.row($0)) } }
}

extension Overlay {
    fileprivate func draw(_ result: FrameResult, on picture: GreyPicture) {
        // A canvas is places in memory, which doesn't keep the picture.
        withExtendedLifetime(picture) { draw(result, on: picture.canvas) }
    }
}

@Suite struct OverlayTests {
    private func result(
        _ boxes: [Box], time: Double = 0, label: Expression = .happy, detected: Bool = true, width: Int = 640,
        height: Int = 360
    ) -> FrameResult {
        let faces = boxes.enumerated().map { index, box in
            let probabilities = Probabilities(Expression.allCases.map { $0 == label ? 0.9 : 0.02 })
            return Face(
                id: index + 1, box: box, probabilities: probabilities,
                smoothed: Smoothed(label: label, confidence: 0.9),
                detected: detected)
        }
        return FrameResult(source: "a", frame: 0, time: time, width: width, height: height, faces: faces)
    }

    private let face = Box(x: 240, y: 120, width: 120, height: 120)

    @Test("The outline is where the face is, and its inside stays as it was")
    func outline() throws {
        let picture = GreyPicture()
        Overlay().draw(result([face]), on: picture)
        for x in [240, 359] { #expect(picture.hasChanged(x, 180)) }
        for y in [120, 239] { #expect(picture.hasChanged(300, y)) }
        #expect(picture.changes(in: Box(x: 246, y: 126, width: 108, height: 108)) == 0)
        // Corners are round: beyond the curve there is the picture.
        #expect(!picture.hasChanged(240, 239))
        let drawn = try #require(picture.drawn)
        #expect(drawn.x.lowerBound >= 236 && drawn.x.upperBound < 520)
        #expect(drawn.y.lowerBound > 90 && drawn.y.upperBound <= 243)
    }

    @Test("Label and bars have letters, and say what the face shows")
    func letters() {
        let overlay = Overlay()
        #expect(overlay.problem == nil)
        let pictures = [Expression.happy, .happy, .sad].map { label in
            let picture = GreyPicture()
            Overlay().draw(result([face], label: label), on: picture)
            return picture
        }
        #expect(pictures[0].samples == pictures[1].samples)
        #expect(pictures[0].samples != pictures[2].samples)
        // Light on dark, above the box and beside it.
        for box in [Box(x: 240, y: 90, width: 120, height: 28), Box(x: 366, y: 120, width: 60, height: 100)] {
            let samples = (box.y..<box.y + box.height).flatMap { y in
                (box.x..<box.x + box.width).map { pictures[0][$0, y] }
            }
            #expect(samples.contains { $0 > 190 } && samples.contains { $0 < 60 })
        }
    }

    @Test("Nothing is drawn without faces, and nothing when the overlay is off; bars can be off alone")
    func switches() throws {
        let picture = GreyPicture()
        let overlay = Overlay()
        overlay.draw(result([]), on: picture)
        overlay.isShown = false
        overlay.draw(result([face], time: 0.1), on: picture)
        #expect(picture.drawn == nil)
        (overlay.isShown, overlay.hasBars) = (true, false)
        overlay.draw(result([face], time: 0.2), on: picture)
        #expect(try #require(picture.drawn).x.upperBound < 370)
    }

    @Test("A face that moves is followed without a jump, and reached")
    func easing() throws {
        let overlay = Overlay()
        overlay.hasBars = false
        let moved = Box(x: 340, y: 120, width: 120, height: 120)
        overlay.draw(result([face]), on: GreyPicture())
        var rights: [Int] = []
        for frame in 1...12 {
            let picture = GreyPicture()
            overlay.draw(result([moved], time: Double(frame) / 30), on: picture)
            rights.append(try #require(picture.drawn).x.upperBound)
        }
        #expect((365...455).contains(rights[0]))
        #expect(rights == rights.sorted())
        #expect(abs(try #require(rights.last) - 460) <= 2)
    }

    @Test("What hardly fits beside a face is moved inside the picture", arguments: [0, 240, 520])
    func edges(x: Int) throws {
        let picture = GreyPicture()
        Overlay().draw(result([Box(x: x, y: 0, width: 120, height: 120)]), on: picture)
        let drawn = try #require(picture.drawn)
        #expect(drawn.x.upperBound - drawn.x.lowerBound > 230)
        #expect(x < 500 || drawn.x.lowerBound < 430)
    }

    @Test("A face that isn't seen fades")
    func guess() {
        let overlay = Overlay()
        let (seen, guessed) = (GreyPicture(), GreyPicture())
        overlay.draw(result([face]), on: seen)
        for frame in 1...4 {
            let picture = frame == 4 ? guessed : GreyPicture()
            overlay.draw(result([face], time: Double(frame) / 30, detected: false), on: picture)
        }
        func strength(_ picture: GreyPicture) -> Int { abs(Int(picture[300, 239]) - 120) }
        #expect(strength(guessed) > 0 && strength(guessed) < strength(seen) - 5)
    }

    @Test("Overlays of small, large and cut faces stay inside pictures of every size")
    func sizes() {
        for (width, height) in [(16, 12), (160, 120), (321, 241), (1280, 720)] {
            let overlay = Overlay(privacy: .blur)
            let picture = GreyPicture(width: width, height: height)
            let boxes = [
                Box(x: 0, y: 0, width: width, height: height), Box(x: width - 3, y: height - 2, width: 3, height: 2),
                Box(x: width / 2, y: height / 2, width: 0, height: 0),
            ]
            for time in [0, 0.04] {
                overlay.draw(result(boxes, time: time, width: width, height: height), on: picture)
            }
        }
    }
}

@Suite struct FontTests {
    private func drawn(_ text: String, size: Int = 24) throws -> [UInt8] {
        let picture = GreyPicture(width: 200, height: 60)
        try Font(isBold: false).draw(
            text, x: 10, y: 40, size: size, Colour(255, 255, 255), on: picture.canvas, Painter())
        return picture.samples
    }

    @Test("Letters of every script are drawn, each as itself, and one that no font has as an empty frame")
    func scripts() throws {
        let blank = try drawn("")
        let letters = try ["e", "é", "ß", "Ж", "λ", "א", "→", "\u{10FFFD}"].map { try drawn($0) }
        for (index, letter) in letters.enumerated() {
            #expect(letter != blank)
            #expect(!letters[..<index].contains(letter))
        }
    }

    @Test("Text is as wide as said, and stands on its line")
    func metrics() throws {
        let font = try Font(isBold: true)
        let picture = GreyPicture(width: 400, height: 60)
        font.draw("HEHEH", x: 20, y: 40, size: 30, Colour(255, 255, 255), on: picture.canvas, Painter())
        let drawn = try #require(picture.drawn)
        #expect(abs(Double(drawn.x.count) - font.width(of: "HEHEH", size: 30)) < 8)
        #expect(drawn.y == 40 - font.capHeight(size: 30)...39)
    }
}

@Suite struct PrivacyTests {
    private func result(_ box: Box?, time: Double) -> FrameResult {
        let probabilities = Probabilities([0, 0, 1, 0, 0, 0])
        let faces = box.map {
            Face(
                id: 1, box: $0, probabilities: probabilities, smoothed: Smoothed(label: .happy, confidence: 1),
                detected: true)
        }
        return FrameResult(
            source: "a", frame: 0, time: time, width: 640, height: 360, faces: [faces].compactMap(\.self))
    }

    /// Whether a pattern of single pixels can still be told anywhere in the box.
    private func isSharp(_ picture: GreyPicture, in box: Box) -> Bool {
        (box.y..<box.y + box.height).contains { y in
            (box.x..<box.x + box.width - 1).contains { abs(Int(picture[$0, y]) - Int(picture[$0 + 1, y])) > 40 }
        }
    }

    private let face = Box(x: 240, y: 120, width: 100, height: 100)

    @Test(
        "Nothing of a face can be told, with a margin around it; far from it all is as it was",
        arguments: [Privacy.blur, .box])
    func hides(privacy: Privacy) {
        let picture = GreyPicture(isSharp: true)
        let overlay = Overlay(privacy: privacy)
        overlay.isShown = false
        overlay.draw(result(face, time: 0), on: picture)
        #expect(!isSharp(picture, in: Box(x: 222, y: 95, width: 136, height: 150)))
        #expect(picture.changes(in: Box(x: 0, y: 0, width: 200, height: 360)) == 0)
        #expect(picture.changes(in: Box(x: 380, y: 0, width: 260, height: 360)) == 0)
    }

    @Test("A face that moves leaves nothing sharp where it was, where it is and where it goes")
    func motion() {
        let overlay = Overlay(privacy: .blur)
        overlay.isShown = false
        for step in 0...5 {
            let picture = GreyPicture(isSharp: true)
            let x = 100 + 30 * step
            overlay.draw(
                result(Box(x: x, y: 120, width: 100, height: 100), time: Double(step) / 30), on: picture)
            let reach = step > 0 ? 60 : 0
            #expect(!isSharp(picture, in: Box(x: x - reach, y: 120, width: 100 + 2 * reach, height: 100)))
        }
    }

    @Test("A face that is lost stays hidden for a while, and not for ever")
    func lost() {
        let overlay = Overlay(privacy: .box)
        overlay.draw(result(face, time: 0), on: GreyPicture())
        let (soon, late) = (GreyPicture(isSharp: true), GreyPicture(isSharp: true))
        overlay.draw(result(nil, time: 0.4), on: soon)
        overlay.draw(result(nil, time: 2), on: late)
        #expect(!isSharp(soon, in: face))
        #expect(late.drawn == nil)
    }

    @Test("Without privacy nothing is hidden")
    func none() {
        let picture = GreyPicture(isSharp: true)
        let overlay = Overlay()
        overlay.isShown = false
        overlay.draw(result(face, time: 0), on: picture)
        #expect(picture.drawn == nil)
    }
}
