import MienImage
import MienVision
import Testing

private func sighting(_ tracklet: Int, x: Double, width: Double = 60) -> Sighting {
    Sighting(tracklet: tracklet, region: Region(x: x, y: 100, width: width, height: width))
}

/// Feeds frames at 30 a second to a tracker and returns what it says of each.
private func track(_ frames: [[Sighting]], cuts: Set<Int> = [], rate: Double = 30) -> [[TrackedFace]] {
    var tracker = Tracker()
    var faces: [TrackedFace] = []
    return frames.enumerated().map { number, sightings in
        tracker.track(sightings, time: Double(number) / rate, isCut: cuts.contains(number), into: &faces)
        return faces
    }
}

@Suite("Giving faces their identity")
struct TrackerTests {
    @Test("ids count from 1 in the order of appearance and stay with the tracklet")
    func ids() {
        let frames = track((0..<10).map { [sighting(7, x: 100 + Double($0)), sighting(9, x: 400)] })
        #expect(frames.allSatisfy { $0.map(\.id) == [1, 2] })
    }

    @Test("a new tracklet in the same place is the same face")
    func joined() {
        let frames = track((0..<20).map { [sighting($0 < 10 ? 1 : 2, x: 100)] })
        #expect(frames.joined().allSatisfy { $0.id == 1 })
    }

    @Test("a face that is gone for a few frames is held, marked as not detected, and then let go")
    func coasting() {
        let frames = track((0..<30).map { $0 < 10 ? [sighting(1, x: 100)] : [] })
        #expect(frames[9].map(\.isDetected) == [true])
        #expect(frames[10].map(\.isDetected) == [false])
        #expect(frames[16].isEmpty)
    }

    @Test("a face that comes back within a second has its old id; later it is new")
    func reentry() {
        let soon = track((0..<60).map { (10..<30).contains($0) ? [] : [sighting($0 < 10 ? 1 : 2, x: 100)] })
        #expect(soon[59].map(\.id) == [1])
        let late = track((0..<90).map { (10..<50).contains($0) ? [] : [sighting($0 < 10 ? 1 : 2, x: 100)] })
        #expect(late[89].map(\.id) == [2])
    }

    @Test("nobody is the same after a cut")
    func cut() {
        #expect(track([[sighting(1, x: 100)], [sighting(2, x: 100)]], cuts: [1])[1].map(\.id) == [2])
    }

    @Test("A face keeps its id where pictures get larger, and gets another where they get another shape")
    func sizes() {
        func ids(width: Int, height: Int) -> [Int] {
            var tracker = Tracker()
            var faces: [TrackedFace] = []
            tracker.adapt(toWidth: 640, height: 360)
            tracker.track([sighting(1, x: 200)], time: 0, isCut: false, into: &faces)
            tracker.adapt(toWidth: width, height: height)
            let (x, y) = (Double(width) / 640, Double(height) / 360)
            let grown = sighting(2, x: 0).region
            tracker.track(
                [Sighting(tracklet: 2, region: Region(x: 200 * x, y: grown.y * y, width: 60 * x, height: 60 * x))],
                time: 0.04, isCut: false, into: &faces)
            return faces.map(\.id)
        }
        #expect(ids(width: 1920, height: 1080) == [1])
        #expect(ids(width: 641, height: 360) == [1])
        #expect(ids(width: 480, height: 640) == [2])
    }

    @Test("a face far away, or of another size, is another")
    func others() {
        let frames = track([[sighting(1, x: 100)], [sighting(2, x: 300)], [sighting(3, x: 300, width: 160)]])
        #expect(frames[1].filter(\.isDetected).map(\.id) == [2])
        #expect(frames[2].filter(\.isDetected).map(\.id) == [3])
    }

    @Test("the box of a still face trembles less than what was seen; that of a moving one keeps up")
    func damping() {
        let still = track((0..<60).map { [sighting(1, x: $0.isMultiple(of: 2) ? 100 : 102)] })
        let steps = zip(still[30...], still[31...]).map { abs($0[0].region.x - $1[0].region.x) }
        #expect(steps.allSatisfy { $0 < 1 })
        let moving = track((0..<60).map { [sighting(1, x: Double($0) * 6)] })
        #expect(abs(moving[59][0].region.x - 59 * 6) < 6)
    }
}

@Suite("Cuts")
struct SceneCutTests {
    private func picture(_ value: (Int, Int) -> Int) -> Plane {
        let plane = Plane(width: 160, height: 90)
        for y in 0..<90 { for x in 0..<160 { plane.base[y * plane.stride + x] = UInt8(clamping: value(x, y)) } }
        return plane
    }

    /// For each picture whether it is a cut.
    private func cuts(_ pictures: ((Int, Int) -> Int)...) -> [Bool] {
        var cut = SceneCut()
        return pictures.map {
            let plane = picture($0)
            return cut.isCut(plane.view)
        }
    }

    @Test("another picture is a cut; the same one brighter, moved a little or noisy is none")
    func scenes() {
        let found = cuts(
            { x, y in x + y / 2 }, { x, y in x / 2 + y / 4 + 100 }, { x, y in x + 4 + y / 2 },
            { x, y in x + y / 2 + (x * 7 + y * 13) % 20 }, { x, _ in 200 - x }, { x, _ in 200 - x })
        #expect(found == [false, false, false, false, true, false])
    }

    @Test("an even picture with noise is no cut after another")
    func even() {
        #expect(cuts({ x, y in 128 + (x * 7 + y * 13) % 3 }, { x, y in 128 + (x * 11 + y * 5) % 3 }) == [false, false])
    }
}

@Suite("Smoothing answers")
struct SmootherTests {
    private func answer(_ label: Expression, _ share: Float = 0.9) -> Probabilities {
        Probabilities(Expression.allCases.map { $0 == label ? share : (1 - share) / 5 })
    }

    private func labels(_ answers: [Probabilities], rate: Double) -> [Expression] {
        var smoother = Smoother()
        return answers.enumerated().map { smoother.smooth($1, id: 1, time: Double($0) / rate).label }
    }

    @Test("a single odd frame doesn't change the label")
    func flicker() {
        let answers = (0..<60).map { answer($0 % 10 == 9 ? .sad : .happy) }
        #expect(labels(answers, rate: 30).allSatisfy { $0 == .happy })
    }

    @Test("a change shows within 0.3 seconds, at 15 frames a second as at 60", arguments: [15.0, 30, 60])
    func change(rate: Double) {
        let count = Int(rate)
        let smoothed = labels((0..<2 * count).map { answer($0 < count ? .happy : .surprise) }, rate: rate)
        let late = smoothed.firstIndex(of: .surprise).map { Double($0 - count) / rate }
        #expect(late.map { $0 <= 0.3 } == true)
        #expect(smoothed[count] == .happy)
    }

    @Test("answers near a tie don't make the label flutter")
    func hysteresis() {
        let answers = (0..<60).map { $0.isMultiple(of: 2) ? tie(.happy, .neutral) : tie(.neutral, .happy) }
        #expect(Set(labels(answers, rate: 30)).count == 1)
    }

    private func tie(_ first: Expression, _ second: Expression) -> Probabilities {
        Probabilities(Expression.allCases.map { $0 == first ? 0.47 : $0 == second ? 0.43 : 0.025 })
    }

    @Test("every face has its own memory")
    func faces() {
        var smoother = Smoother()
        for frame in 0..<30 {
            let time = Double(frame) / 30
            let (one, other) = (
                smoother.smooth(answer(.happy), id: 1, time: time), smoother.smooth(answer(.angry), id: 2, time: time)
            )
            #expect([one.label, other.label] == [.happy, .angry])
        }
    }
}
