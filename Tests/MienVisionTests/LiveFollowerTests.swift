import MienImage
import MienVision
import Testing

/// Sees a face wherever one is expected; whether it is one indeed is for the test to say.
private struct TrustingFinder: FaceFinder {
    final class Judge { var isFace = true, asked = 0 }
    let judge = Judge()

    func scan(_ picture: PlaneView, _ kind: ScanKind, into faces: inout [Region]) {}
    func find(near expected: Region, in picture: PlaneView) -> Region? { expected }
    func confirm(_ region: Region, in picture: PlaneView) -> Bool {
        judge.asked += 1
        return judge.isFace
    }
}

@Suite("Following faces as frames come")
struct LiveFollowerTests {
    @Test("a face that the cascade never agrees to is let go after a while, and one that it does is kept")
    func confirmation() throws {
        let plane = Plane(width: 64, height: 64)
        let finder = TrustingFinder()
        var follower = LiveFollower(finder: finder)
        follower.add([Region(x: 10, y: 10, width: 20, height: 20)])
        func follow(frames: Int) throws -> Int {
            for _ in 0..<frames { try follower.follow(plane.view, isCut: false) }
            return follower.sightings.count
        }
        #expect(try follow(frames: 150) == 1)
        // Now and then, not on every frame.
        #expect((5...20).contains(finder.judge.asked))

        finder.judge.isFace = false
        #expect(try follow(frames: 14) == 1)
        #expect(try follow(frames: 75) == 0)
        let wantsScan = follower.wantsScan
        #expect(wantsScan)
    }
}
