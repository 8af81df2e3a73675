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
    private let plane = Plane(width: 64, height: 64)

    @Test("a face that the cascade never agrees to is let go after a while, and one that it does is kept")
    func confirmation() throws {
        let finder = TrustingFinder()
        var follower = LiveFollower(finder: finder)
        follower.add([Region(x: 10, y: 10, width: 20, height: 20)])
        for _ in 0..<150 { try follower.follow(plane.view, isCut: false) }
        #expect(follower.sightings.count == 1)
        // Now and then, not on every frame.
        #expect((5...20).contains(finder.judge.asked))

        finder.judge.isFace = false
        for _ in 0..<14 { try follower.follow(plane.view, isCut: false) }
        #expect(follower.sightings.count == 1)
        for _ in 0..<75 { try follower.follow(plane.view, isCut: false) }
        #expect(follower.sightings.isEmpty)
        #expect(follower.wantsScan)
    }
}
