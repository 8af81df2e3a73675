import MienImage
import MienVision
import Testing

/// Knows where faces are without looking: a picture's only sample is the number of its frame.
private struct ScriptedFinder: FaceFinder {
    /// The faces of each frame.
    var script: [[Region]]
    /// Frames in which nothing is found near where it is expected, although a scan would find it.
    var blind: Set<Int> = []
    /// Counts how often it was asked.
    final class Calls { var scanned: [Int] = [], found = 0 }
    let calls = Calls()

    func scan(_ picture: PlaneView, _ kind: ScanKind, into faces: inout [Region]) {
        calls.scanned.append(Int(picture.base[0]))
        faces = script[Int(picture.base[0])]
    }

    func find(near expected: Region, in picture: PlaneView) -> Region? {
        calls.found += 1
        let frame = Int(picture.base[0])
        return blind.contains(frame)
            ? nil
            : script[frame].first { abs($0.x - expected.x) < $0.width / 2 && abs($0.y - expected.y) < $0.width / 2 }
    }
}

private func face(x: Double, y: Double = 100, width: Double = 60) -> Region {
    Region(x: x, y: y, width: width, height: width)
}

/// Runs the follower over the script; the sightings of each frame.
private func follow(_ finder: ScriptedFinder, cuts: Set<Int> = []) throws -> [[Sighting]] {
    let numbers = finder.script.indices.map { UInt8($0) }
    return try numbers.withUnsafeBufferPointer { numbers in
        let pictures = numbers.indices.map {
            PlaneView(base: numbers.baseAddress! + $0, width: 1, height: 1, stride: 1)
        }
        var follower = ChunkFollower(finder: finder)
        try follower.follow(pictures, cuts: numbers.indices.map { cuts.contains($0) })
        return follower.sightings
    }
}

@Suite("Following faces through a run of frames")
struct ChunkFollowerTests {
    @Test("a face that is there all the time is seen on every frame, as one, after few scans")
    func steadyFace() throws {
        let finder = ScriptedFinder(script: (0..<48).map { [face(x: 100 + Double($0) * 3)] })
        let sightings = try follow(finder)
        #expect(sightings.map(\.count) == Array(repeating: 1, count: 48))
        #expect(Set(sightings.joined().map(\.tracklet)).count == 1)
        #expect(finder.calls.scanned.count <= 3)
        #expect(sightings[40][0].region.x == 220)
    }

    @Test("a face that comes in late is known from its first frame on")
    func lateFace() throws {
        let finder = ScriptedFinder(script: (0..<48).map { $0 < 14 ? [] : [face(x: 100)] })
        #expect(try follow(finder).map(\.count) == (0..<48).map { $0 < 14 ? 0 : 1 })
        #expect(!finder.calls.scanned.contains(14))
    }

    @Test("frames are rarely scanned where there is nobody")
    func nobody() throws {
        let finder = ScriptedFinder(script: Array(repeating: [], count: 48))
        #expect(try follow(finder) == Array(repeating: [], count: 48))
        #expect(finder.calls.scanned.count == 6)
        #expect(finder.calls.found == 0)
    }

    @Test("a face that following loses is looked for at once")
    func lostFace() throws {
        // It jumps too far to be followed.
        let finder = ScriptedFinder(script: (0..<48).map { [face(x: $0 < 20 ? 100 : 400)] })
        let sightings = try follow(finder)
        #expect(sightings.map(\.count) == Array(repeating: 1, count: 48))
        #expect(finder.calls.scanned.contains(20))
    }

    @Test("a face that is missed for two frames is still the same afterwards")
    func gap() throws {
        let finder = ScriptedFinder(script: (0..<48).map { [face(x: 100 + Double($0))] }, blind: [30, 31])
        let sightings = try follow(finder)
        #expect(sightings[29].map(\.tracklet) == sightings[32].map(\.tracklet))
    }

    @Test("nothing is followed across a cut, and both scenes are looked at")
    func cut() throws {
        let finder = ScriptedFinder(script: (0..<48).map { [face(x: $0 < 3 ? 100 : 110)] })
        let sightings = try follow(finder, cuts: [3])
        #expect(sightings.map(\.count) == Array(repeating: 1, count: 48))
        #expect(sightings[2][0].tracklet != sightings[3][0].tracklet)
    }

    @Test("two faces that meet stay two tracklets and are never counted twice")
    func meeting() throws {
        let finder = ScriptedFinder(
            script: (0..<48).map { [face(x: Double($0) * 10), face(x: 470 - Double($0) * 10)] })
        for (frame, seen) in try follow(finder).enumerated() {
            #expect(Set(seen.map(\.region)).count == seen.count, "frame \(frame)")
        }
    }

    @Test("what is seen for a moment only was no face")
    func fleeting() throws {
        let finder = ScriptedFinder(script: (0..<48).map { $0 == 4 || $0 == 5 ? [face(x: 100)] : [] })
        #expect(try follow(finder) == Array(repeating: [], count: 48))
    }

    @Test("a single picture keeps its faces")
    func single() throws {
        #expect(try follow(ScriptedFinder(script: [[face(x: 10), face(x: 200)]]))[0].count == 2)
    }
}
