import Foundation
import MienCapture
import MienImage
import Testing

@Suite struct DemoSourceTests {
    static func source(_ change: (inout DemoSource.Options) -> Void = { _ in }) throws -> DemoSource {
        var options = DemoSource.Options()
        change(&options)
        return try DemoSource(options)
    }

    @Test("A frame is a function of its number")
    func isDeterministic() throws {
        let readings = try (0..<2).map { _ in Reading(try Self.source { $0.frames = 12 }) }
        #expect(readings[0].sums == readings[1].sums)
        #expect(readings[0].first == readings[1].first)
        #expect(Set(readings[0].sums).count == 12, "the picture moves")
    }

    @Test("The six expressions follow each other, held for most of two seconds each")
    func showsSixExpressions() throws {
        let demo = try Self.source()
        let shown = (0..<720).map { demo.expression(at: $0) }
        var order: [String] = []
        for name in shown.compactMap(\.self) where name != order.last { order.append(name) }
        #expect(order == DemoSource.expressions + DemoSource.expressions)
        for (index, name) in DemoSource.expressions.enumerated() {
            #expect(shown[(60 * index)...(60 * index + 40)].allSatisfy { $0 == name })
            #expect(shown[60 * index + 52] == nil)
        }
    }

    @Test("The face that a frame shows is the one of the stored six that it says")
    func showsTheFaceItSays() throws {
        let assets = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../shim/assets/demo-faces.gray")
        let stored = try Array(Data(contentsOf: assets.standardized)).map(Double.init)
        let faces = (0..<6).map { Array(stored[$0 * 2304..<($0 + 1) * 2304]) }
        let demo = try Self.source { $0.rate = 2 }
        var frame = Frame()
        for number in 0..<24 where try demo.read(into: &frame) {
            guard let name = demo.expression(at: number) else { continue }
            let box = demo.box(at: number)
            // Its middle, which lies within the soft edge.
            let places = (0..<48).flatMap { y in (0..<48).map { x in (x, y) } }.filter { x, y in
                (8..<40).contains(x) && (8..<40).contains(y)
            }
            let seen = places.map { x, y in
                Double(frame.luma.view.row(box.y + (2 * y + 1) * box.height / 96)[box.x + (2 * x + 1) * box.width / 96])
            }
            let likeness = faces.map { face in correlation(seen, places.map { x, y in face[48 * y + x] }) }
            let best = likeness.indices.max { likeness[$0] < likeness[$1] }
            #expect(best.map { DemoSource.expressions[$0] } == name)
            #expect(likeness.max() ?? 0 > 0.99)
        }
    }

    @Test("It ends after the frames or seconds asked for, whichever come first")
    func ends() throws {
        func count(_ change: (inout DemoSource.Options) -> Void) throws -> [Int?] {
            let demo = try Self.source {
                ($0.width, $0.height, $0.rate) = (64, 64, 10)
                change(&$0)
            }
            return [demo.frameCount, Reading(demo).times.count]
        }
        #expect(try count { $0.frames = 3 } == [3, 3])
        #expect(try count { $0.seconds = 0.7 } == [7, 7])
        #expect(try count { ($0.frames, $0.seconds) = (5, 0.2) } == [2, 2])
        #expect(try count { $0.frames = 0 } == [0, 0])
        #expect(try Self.source().frameCount == nil)
    }

    @Test("Size and rate are as asked for")
    func takesSizeAndRate() throws {
        let reading = Reading(
            try Self.source { ($0.width, $0.height, $0.rate, $0.frames) = (100, 333, 12.5, 3) })
        #expect(reading.sizes == [[100, 333], [100, 333], [100, 333]])
        #expect(reading.times == [0, 0.08, 0.16])
    }

    @Test("Sizes, rates and bounds that make no sense are refused")
    func refusesNonsense() {
        let changes: [(inout DemoSource.Options) -> Void] = [
            { $0.width = 0 }, { $0.height = 100_000 }, { $0.rate = 0 }, { $0.rate = .nan }, { $0.frames = -1 },
            { $0.seconds = -1 }, { $0.seconds = .infinity },
        ]
        for change in changes { #expect(throws: CaptureError.self) { try Self.source(change) } }
    }
}

/// Pearson's.
func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    let pairs = zip(a, b).map { ($0 - meanA, $1 - meanB) }
    let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
    return product / (pairs.reduce(0) { $0 + $1.0 * $1.0 } * pairs.reduce(0) { $0 + $1.1 * $1.1 }).squareRoot()
}
