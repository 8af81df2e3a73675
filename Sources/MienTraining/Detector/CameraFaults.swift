import Glibc
import MienNN

// What light, cameras and encoders do to a scene.
extension SceneCanvas {
    /// - Parameters:
    ///   - room: as many floats as there are pixels, for what is between two steps.
    ///   - sharpest: the smallest face's side: blur leaves it to be seen.
    func takePicture(smallest: Float, room: UnsafeMutableBufferPointer<Float>, _ chance: inout SplitMix64) {
        light(&chance)
        let blurring = chance.uniform()
        if blurring < 0.12 {
            blur(&chance, length: min(3 + 4 * chance.uniform(), max(smallest * 0.3, 2)), room)
        } else if blurring < 0.3 {
            soften(room)
        } else if blurring < 0.5 {
            sharpen(by: 0.3 + 0.9 * chance.uniform(), room)
        }
        if chance.uniform() < 0.5 { addNoise(6 * chance.uniform() * chance.uniform() + 0.5, &chance) }
        if chance.uniform() < 0.25 { encode(coarseness: exp2f(1 + 4 * chance.uniform())) }
        for index in pixels.indices { pixels[index] = Float(Int32(min(max(pixels[index], 0), 255) + 0.5)) }
    }

    /// Gamma, contrast, brightness, light from one side; at times the dark, where a sensor's noise is nearly all.
    private func light(_ chance: inout SplitMix64) {
        let isDark = chance.uniform() < 0.15
        let gamma = exp2f(0.8 * chance.symmetric())
        var (gain, offset) = (1 + 0.35 * chance.symmetric(), 25 * chance.symmetric())
        if isDark { (gain, offset) = (0.15 + 0.35 * chance.uniform(), 12 * chance.uniform()) }
        let (slopeX, slopeY) =
            chance.uniform() < 0.4
            ? (1.2 * chance.symmetric() / Float(width), 1.2 * chance.symmetric() / Float(height)) : (0, 0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 257) { curve in
            for level in 0...256 { curve[level] = 255 * powf(Float(min(level, 255)) / 255, gamma) * gain + offset }
            for y in 0..<height {
                let row = pixels.baseAddress.unsafelyUnwrapped + y * width
                let start = 1 + slopeY * (Float(y) - Float(height) / 2) - slopeX * Float(width) / 2
                for x in 0..<width {
                    let level = min(max(row[x], 0), 255)
                    let lower = Int(level)
                    let bent = curve[lower] + (curve[lower + 1] - curve[lower]) * (level - Float(lower))
                    row[x] = bent * (start + slopeX * Float(x))
                }
            }
        }
        guard isDark else { return }
        addNoise(1 + 7 * chance.uniform() * chance.uniform(), &chance)
        // Some cameras turn it up again, with the noise.
        if chance.uniform() < 0.5 {
            let gain = 1 + 2 * chance.uniform()
            for index in pixels.indices { pixels[index] = max(pixels[index], 0) * gain }
        }
    }

    private func addNoise(_ deviation: Float, _ chance: inout SplitMix64) {
        // Four evenly distributed ones, whose sum has a deviation of 37,837.
        let scale = deviation / 37_837
        for index in pixels.indices {
            let bits = chance.next()
            let sum = Float(
                Int32(truncatingIfNeeded: bits & 0xFFFF) + Int32(truncatingIfNeeded: bits >> 16 & 0xFFFF)
                    + Int32(truncatingIfNeeded: bits >> 32 & 0xFFFF) + Int32(truncatingIfNeeded: bits >> 48) - 131_070)
            pixels[index] += sum * scale
        }
    }

    /// Along a line, as where something moves.
    private func blur(_ chance: inout SplitMix64, length: Float, _ room: UnsafeMutableBufferPointer<Float>) {
        let angle = Float.pi * chance.uniform()
        let steps = max(Int(length.rounded(.up)), 2)
        let offsets = (0..<steps).map { step -> (x: Int, y: Int) in
            let along = (Float(step) / Float(steps - 1) - 0.5) * length
            return (Int((along * cosf(angle)).rounded()), Int((along * sinf(angle)).rounded()))
        }
        for index in room.indices { room[index] = 0 }
        for offset in offsets {
            for y in 0..<height {
                let from = pixels.baseAddress.unsafelyUnwrapped + min(max(y + offset.y, 0), height - 1) * width
                let to = room.baseAddress.unsafelyUnwrapped + y * width
                let (first, last) = (max(-offset.x, 0), width - max(offset.x, 0))
                for x in 0..<first { to[x] += from[0] }
                for x in first..<last { to[x] += from[x + offset.x] }
                for x in last..<width { to[x] += from[width - 1] }
            }
        }
        let share = 1 / Float(steps)
        for index in pixels.indices { pixels[index] = room[index] * share }
    }

    /// The mean of each pixel and its neighbours, weighted 1 2 1 both ways, into `room`.
    private func smooth(into room: UnsafeMutableBufferPointer<Float>) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { sums in
            for y in 0..<height {
                let row = pixels.baseAddress.unsafelyUnwrapped + y * width
                let above = pixels.baseAddress.unsafelyUnwrapped + max(y - 1, 0) * width
                let below = pixels.baseAddress.unsafelyUnwrapped + min(y + 1, height - 1) * width
                for x in 0..<width { sums[x] = above[x] + 2 * row[x] + below[x] }
                let to = room.baseAddress.unsafelyUnwrapped + y * width
                to[0] = (3 * sums[0] + sums[min(1, width - 1)]) / 16
                to[width - 1] = (3 * sums[width - 1] + sums[max(width - 2, 0)]) / 16
                for x in stride(from: 1, to: width - 1, by: 1) {
                    to[x] = (sums[x - 1] + 2 * sums[x] + sums[x + 1]) / 16
                }
            }
        }
    }

    private func soften(_ room: UnsafeMutableBufferPointer<Float>) {
        smooth(into: room)
        for index in pixels.indices { pixels[index] = room[index] }
    }

    /// As cameras do, and those who reduce pictures.
    private func sharpen(by strength: Float, _ room: UnsafeMutableBufferPointer<Float>) {
        smooth(into: room)
        for index in pixels.indices { pixels[index] += strength * (pixels[index] - room[index]) }
    }

    /// Rounds what a JPEG or a video rounds: the cosines of blocks of 8x8, the fine ones more than the coarse ones.
    func encode(coarseness: Float) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 64 * 4) { room in
            let base = room.baseAddress.unsafelyUnwrapped
            let (block, half, cosines, steps) = (base, base + 64, base + 128, base + 192)
            for frequency in 0..<8 {
                let scale: Float = frequency == 0 ? 0.353_553_4 : 0.5
                for place in 0..<8 {
                    cosines[frequency * 8 + place] =
                        scale * cosf((Float(place) + 0.5) * Float(frequency) * .pi / 8)
                    steps[frequency * 8 + place] = coarseness * (1 + 0.35 * Float(frequency + place))
                }
            }
            for top in stride(from: 0, to: height - 7, by: 8) {
                for left in stride(from: 0, to: width - 7, by: 8) {
                    let corner = pixels.baseAddress.unsafelyUnwrapped + top * width + left
                    for y in 0..<8 { for x in 0..<8 { block[y * 8 + x] = corner[y * width + x] } }
                    // C B Ct, rounded, and back: Ct X C.
                    Self.multiply(cosines, block, into: half)
                    Self.multiplyTransposed(half, cosines, into: block)
                    for index in 0..<64 {
                        block[index] = Float(Int32(block[index] / steps[index] + 4096.5) - 4096) * steps[index]
                    }
                    Self.multiply(block, cosines, into: half)
                    Self.transposedMultiply(cosines, half, into: block)
                    for y in 0..<8 { for x in 0..<8 { corner[y * width + x] = block[y * 8 + x] } }
                }
            }
        }
    }

    private typealias Matrix = UnsafeMutablePointer<Float>

    private static func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        for i in 0..<8 {
            var sum = SIMD8<Float>.zero
            for k in 0..<8 { sum += a[i * 8 + k] * row(b, k) }
            store(sum, c, i)
        }
    }

    /// a times b transposed.
    private static func multiplyTransposed(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        for i in 0..<8 {
            let left = row(a, i)
            for j in 0..<8 { c[i * 8 + j] = (left * row(b, j)).sum() }
        }
    }

    /// a transposed times b.
    private static func transposedMultiply(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        for i in 0..<8 {
            var sum = SIMD8<Float>.zero
            for k in 0..<8 { sum += a[k * 8 + i] * row(b, k) }
            store(sum, c, i)
        }
    }

    @inline(__always)
    private static func row(_ matrix: Matrix, _ index: Int) -> SIMD8<Float> {
        UnsafeRawPointer(matrix + index * 8).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    private static func store(_ values: SIMD8<Float>, _ matrix: Matrix, _ index: Int) {
        UnsafeMutableRawPointer(matrix + index * 8).storeBytes(of: values, as: SIMD8<Float>.self)
    }
}
