import Glibc
import MienCapture
import MienImage
import MienVision
import Testing

@Suite("How a face lies to a region")
struct AlignmentTests {
    private static let count = Alignment.answerCount * Alignment.binCount

    private func targets(_ alignment: Alignment) -> [Float] {
        var targets = [Float](repeating: 9, count: Self.count)
        targets.withUnsafeMutableBufferPointer { alignment.write(to: $0) }
        return targets
    }

    @Test("a network that answers with the shares it should give means the values they stand for")
    func coding() {
        for value: Float in [-0.4, -0.37, -0.1, -0.003, 0, 0.05, 0.21, 0.4] {
            let alignment = Alignment(right: value, down: -value, growth: value / 2, faceness: 1)
            let logits = targets(alignment).map { logf(max($0, 1e-12)) }
            let read = logits.withUnsafeBufferPointer { Alignment(logits: $0) }
            #expect(abs(read.right - value) < 1e-4)
            #expect(abs(read.down + value) < 1e-4)
            #expect(abs(read.growth - value / 2) < 1e-4)
            #expect(read.faceness > 0.99)
        }
    }

    @Test("what is no face teaches nothing but that")
    func noFace() {
        let shares = targets(Alignment(right: 0.1, faceness: 0))
        #expect(shares[..<(3 * Alignment.binCount)].allSatisfy { $0 == 0 })
        #expect(shares[(3 * Alignment.binCount)...].prefix(2) == [1, 0])
        for answer in 0..<3 {
            let of = targets(Alignment())[(answer * Alignment.binCount)..<((answer + 1) * Alignment.binCount)]
            #expect(abs(of.reduce(0, +) - 1) < 1e-6)
        }
    }

    /// The demo's first picture, and where the cascade sees its face.
    private func demo(_ body: (PlaneView, Region) throws -> Void) throws {
        let source = try DemoSource()
        var frame = Frame()
        _ = try source.read(into: &frame)
        var detector = try FaceDetector()
        var faces: [Box] = []
        try detector.detect(in: frame.luma.view, faces: &faces)
        try body(frame.luma.view, Region(#require(faces.first)))
    }

    @Test("the built-in network sees by how much a region is off, and where there is no face")
    func network() throws {
        let aligner = try FaceAligner()
        try demo { picture, face in
            let whole = try aligner.look(at: face, in: picture)
            #expect(whole.faceness > 0.5)
            for shift in [-0.2, 0.2] {
                let moved = Region(
                    x: face.x - shift * face.width, y: face.y, width: face.width, height: face.height)
                let seen = try aligner.look(at: moved, in: picture)
                #expect(abs(seen.right - whole.right - Float(shift)) < 0.08)
                #expect(abs(seen.down - whole.down) < 0.08)
                let lower = Region(
                    x: face.x, y: face.y - shift * face.width, width: face.width, height: face.height)
                #expect(abs(try aligner.look(at: lower, in: picture).down - whole.down - Float(shift)) < 0.08)
            }
            let wide = Region(
                x: face.x - face.width / 8, y: face.y - face.width / 8, width: face.width * 1.25,
                height: face.width * 1.25)
            #expect(try aligner.look(at: wide, in: picture).growth < whole.growth - 0.08)
            let corner = Region(x: 0, y: 0, width: face.width, height: face.width)
            #expect(try aligner.look(at: corner, in: picture).faceness < 0.5)
        }
    }

    @Test("a face is framed the same from wherever it was looked for")
    func steadiness() throws {
        try demo { picture, face in
            var finder = try AligningFinder(detector: FaceDetector())
            let framed = try #require(try finder.find(near: face, in: picture))
            for (right, down) in [(0.15, 0.0), (-0.15, 0.1), (0.0, -0.15)] {
                let start = Region(
                    x: face.x + right * face.width, y: face.y + down * face.width, width: face.width,
                    height: face.width)
                let again = try #require(try finder.find(near: start, in: picture))
                #expect(abs(again.x + again.width / 2 - framed.x - framed.width / 2) < 0.05 * face.width)
                #expect(abs(again.y + again.height / 2 - framed.y - framed.height / 2) < 0.05 * face.width)
                #expect(abs(again.width - framed.width) < 0.08 * face.width)
            }
            #expect(try finder.find(near: Region(x: 0, y: 0, width: 60, height: 60), in: picture) == nil)
        }
    }
}
