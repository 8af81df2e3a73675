import Glibc
import MienNN
import MienTraining
import Testing

@Suite("Augmentation") struct AugmentationTests {
    private static let side = 48

    /// Nothing is changed.
    private var nothing: Augmentation {
        var augmentation = Augmentation()
        (augmentation.flips, augmentation.largestShift) = (false, 0)
        return augmentation
    }

    private func changed(_ picture: [UInt8], _ augmentation: Augmentation, _ seed: UInt64) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: picture.count)
        var generator = SplitMix64(seed)
        picture.withUnsafeBufferPointer { picture in
            result.withUnsafeMutableBufferPointer { augmentation.apply(to: picture, into: $0, &generator) }
        }
        return result
    }

    /// Black, with a soft bright spot 15 pixels right of the middle.
    private static let spot: [UInt8] = (0..<side * side).map { index in
        let (dx, dy) = (Float(index % side) - 38.5, Float(index / side) - 23.5)
        return UInt8(240 * expf(-(dx * dx + dy * dy) / 18))
    }

    /// Where the light is, from the middle.
    private func centre(_ picture: [UInt8]) -> (x: Float, y: Float) {
        var (x, y, sum) = (Float(0), Float(0), Float(0))
        for (index, value) in picture.enumerated() {
            x += Float(value) * (Float(index % Self.side) - 23.5)
            y += Float(value) * (Float(index / Self.side) - 23.5)
            sum += Float(value)
        }
        return (x / sum, y / sum)
    }

    @Test("turns about the middle, by angles up to the largest, to both sides") func rotation() {
        var augmentation = nothing
        augmentation.rotation = 20
        let places = (0..<200).map { centre(changed(Self.spot, augmentation, $0)) }
        let angles = places.map { atan2f($0.y, $0.x) * 180 / .pi }
        #expect(places.allSatisfy { abs(hypotf($0.x, $0.y) - 15) < 0.3 })
        #expect(angles.allSatisfy { abs($0) < 20.5 })
        #expect(angles.contains { $0 > 17 } && angles.contains { $0 < -17 })
    }

    @Test("magnifies and reduces by up to the share") func scale() {
        var augmentation = nothing
        augmentation.scale = 0.2
        let distances = (0..<200).map { centre(changed(Self.spot, augmentation, $0)).x / 15 }
        #expect(distances.allSatisfy { (0.79...1.21).contains($0) })
        #expect(distances.contains { $0 > 1.15 } && distances.contains { $0 < 0.85 })
    }

    @Test("mirrors half of the pictures, and moves them by parts of pixels, while it turns them") func shift() {
        var augmentation = nothing
        (augmentation.scale, augmentation.flips, augmentation.largestShift) = (0.001, true, 3)
        let places = (0..<200).map { centre(changed(Self.spot, augmentation, $0)) }
        #expect((70...130).contains(places.count { $0.x < 0 }))
        #expect(places.allSatisfy { abs(abs($0.x) - 15) < 3.2 && abs($0.y) < 3.2 })
        #expect(places.contains { $0.y > 2.5 } && places.contains { $0.y < -2.5 })
    }

    @Test("shears rows and columns against each other") func shear() {
        var augmentation = nothing
        augmentation.shear = 0.2
        let places = (0..<200).map { centre(changed(Self.spot, augmentation, $0)) }
        #expect(places.allSatisfy { abs($0.y) < 3.3 })
        #expect(places.contains { $0.y > 2 } && places.contains { $0.y < -2 })
    }

    @Test("differing light makes a grey wall brighter or darker, and brighter on one side, but not another picture")
    func lighting() {
        var augmentation = nothing
        augmentation.lighting = 0.5
        let wall = [UInt8](repeating: 128, count: 48 * 48)
        let results = (0..<100).map { changed(wall, augmentation, $0) }
        let means = results.map { Float($0.reduce(0) { $0 + Int($1) }) / Float(wall.count) }
        // 255 times one half to the power of 1.41 and of 0.71.
        #expect(means.allSatisfy { (94...158).contains($0) })
        #expect(means.contains { $0 > 145 } && means.contains { $0 < 108 })
        #expect(results.contains { abs(Int($0[0]) - Int($0[48 * 48 - 1])) > 40 })
        // A slope: neighbours differ by little.
        #expect(results.allSatisfy { result in (1..<48).allSatisfy { abs(Int(result[$0]) - Int(result[$0 - 1])) < 4 } })
    }

    @Test("poor cameras take away what is fine, and leave what is large") func degradation() {
        var augmentation = nothing
        augmentation.degradation = 1
        let stripes: [UInt8] = (0..<48 * 48).map { $0 % 2 == 0 ? 60 : 180 }
        let halves: [UInt8] = (0..<48 * 48).map { $0 % 48 < 24 ? 60 : 180 }
        func contrast(_ picture: [UInt8], _ step: Int, from: Int) -> Int {
            let pairs = (0..<48).map { Int(picture[$0 * 48 + from + step]) - Int(picture[$0 * 48 + from]) }
            return pairs.reduce(0, +) / 48
        }
        for seed in 0..<50 {
            #expect(abs(contrast(changed(stripes, augmentation, UInt64(seed)), 1, from: 22)) < 80)
            #expect(contrast(changed(halves, augmentation, UInt64(seed)), 24, from: 12) > 110)
        }
        augmentation.degradation = 0.3
        let touched = (0..<200).count { changed(stripes, augmentation, $0) != stripes }
        #expect((35...85).contains(touched))
    }

    @Test("covers one rectangle of 2 to 20 % with noise, and leaves the rest") func erasing() {
        var augmentation = nothing
        augmentation.erasing = 0.4
        let wall = [UInt8](repeating: 128, count: 48 * 48)
        let results = (0..<200).map { changed(wall, augmentation, $0) }.filter { $0 != wall }
        #expect((50...110).contains(results.count))
        for result in results {
            let places = result.indices.filter { result[$0] != 128 }
            let (columns, rows) = (places.map { $0 % 48 }, places.map { $0 / 48 })
            let width = columns.max()! - columns.min()! + 1
            let height = rows.max()! - rows.min()! + 1
            #expect((30...470).contains(width * height))
            // Noise is 128 now and then.
            #expect(places.count > width * height * 9 / 10)
        }
    }

    @Test("does the same for the same seed") func deterministic() {
        var augmentation = Augmentation()
        (augmentation.rotation, augmentation.lighting, augmentation.erasing) = (10, 0.3, 0.5)
        #expect(changed(Self.spot, augmentation, 7) == changed(Self.spot, augmentation, 7))
        #expect(changed(Self.spot, augmentation, 7) != changed(Self.spot, augmentation, 8))
    }
}
