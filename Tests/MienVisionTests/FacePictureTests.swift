import MienVision
import Testing

struct FacePictureTests {
    private func normalise(_ pixels: [UInt8], as normalisation: FacePicture.Normalisation) -> [Float] {
        var input = [Float](repeating: .nan, count: pixels.count)
        pixels.withUnsafeBufferPointer { pixels in
            input.withUnsafeMutableBufferPointer { FacePicture.normalise(pixels, into: $0, as: normalisation) }
        }
        return input
    }

    private let ramp = (0..<FacePicture.pixelCount).map { UInt8(truncatingIfNeeded: $0 * 7 / 9) }

    @Test("`unit` maps black to 0 and white to 1")
    func unit() {
        #expect(normalise([0, 255], as: .unit) == [0, 1])
    }

    @Test("`standard` gives zero mean and unit variance")
    func standard() {
        let input = normalise(ramp, as: .standard).map(Double.init)
        let mean = input.reduce(0, +) / Double(input.count)
        let variance = input.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)
        #expect(abs(mean) < 1e-5)
        #expect(abs(variance - 1) < 1e-5)
    }

    @Test("`standard` doesn't see how bright or how rich in contrast a picture is")
    func invariance() {
        let dim = ramp.map { $0 / 4 * 2 }
        let bright = ramp.map { $0 / 4 * 3 + 40 }
        for (one, other) in zip(normalise(dim, as: .standard), normalise(bright, as: .standard)) {
            #expect(abs(one - other) < 1e-4)
        }
    }

    @Test("A picture of a single grey gives zeros, not noise and not NaN")
    func flat() {
        #expect(normalise([UInt8](repeating: 77, count: FacePicture.pixelCount), as: .standard).allSatisfy { $0 == 0 })
    }
}
