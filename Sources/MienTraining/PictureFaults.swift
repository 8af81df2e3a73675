import Glibc
import MienNN
import MienVision

// What light, cameras and things in front of a face do to pictures. All in place, without allocating.
extension Augmentation {
    /// Bends the grey scale by a gamma curve and lets one side be brighter than the other.
    func light(_ picture: UnsafeMutableBufferPointer<UInt8>, _ generator: inout SplitMix64) {
        let side = FacePicture.side
        let gamma = exp2f(lighting * generator.symmetric())
        let direction = 2 * Float.pi * generator.uniform()
        // At the border of the picture, in either direction.
        let strength = lighting / 2 * generator.uniform() / Float(side / 2)
        let (slopeX, slopeY) = (cosf(direction) * strength, sinf(direction) * strength)
        let middle = Float(side - 1) / 2
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { curve in
            for grey in 0..<256 { curve[grey] = 255 * powf(Float(grey) / 255, gamma) }
            for y in 0..<side {
                for x in 0..<side {
                    let light = 1 + slopeX * (Float(x) - middle) + slopeY * (Float(y) - middle)
                    let index = y * side + x
                    picture[index] = UInt8(min(max(curve[Int(picture[index])] * light + 0.5, 0), 255))
                }
            }
        }
    }

    /// Blurs, or takes away resolution, and adds noise.
    func degrade(_ picture: UnsafeMutableBufferPointer<UInt8>, _ generator: inout SplitMix64) {
        if generator.next() & 1 == 1 {
            for _ in 0..<generator.integer(in: 1...2) { blur(picture) }
        } else {
            coarsen(picture, to: generator.integer(in: 16...36))
        }
        let noise = 12 * generator.uniform()
        for index in picture.indices {
            // Three evenly distributed ones are near enough to a bell curve of this width.
            let bits = generator.next()
            let sum = Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF) + Float(bits >> 32 & 0xFFFF)
            let deviation = (sum / 65536 - 1.5) * 2
            picture[index] = UInt8(min(max(Float(picture[index]) + noise * deviation + 0.5, 0), 255))
        }
    }

    /// The mean of each pixel and its neighbours, weighted 1 2 1 both ways.
    private func blur(_ picture: UnsafeMutableBufferPointer<UInt8>) {
        let side = FacePicture.side
        for (step, stride) in [(1, side), (side, 1)] {
            for line in 0..<side {
                let start = line * stride
                var before = Int(picture[start])
                for place in 0..<side {
                    let index = start + place * step
                    let here = Int(picture[index])
                    let after = place + 1 < side ? Int(picture[index + step]) : here
                    picture[index] = UInt8((before + 2 * here + after + 2) / 4)
                    before = here
                }
            }
        }
    }

    /// As if it had only `count` pixels each way: means of what each sees, then linear between their middles.
    private func coarsen(_ picture: UnsafeMutableBufferPointer<UInt8>, to count: Int) {
        let side = FacePicture.side
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count * count) { coarse in
            for y in 0..<count {
                let rows = (y * side / count)..<max((y + 1) * side / count, y * side / count + 1)
                for x in 0..<count {
                    let columns = (x * side / count)..<max((x + 1) * side / count, x * side / count + 1)
                    var sum = 0
                    for row in rows { for column in columns { sum += Int(picture[row * side + column]) } }
                    coarse[y * count + x] = Float(sum) / Float(rows.count * columns.count)
                }
            }
            let step = Float(count) / Float(side)
            for y in 0..<side {
                let fromY = min(max((Float(y) + 0.5) * step - 0.5, 0), Float(count - 1))
                let top = min(Int(fromY), count - 2)
                for x in 0..<side {
                    let fromX = min(max((Float(x) + 0.5) * step - 0.5, 0), Float(count - 1))
                    let left = min(Int(fromX), count - 2)
                    let corner = top * count + left
                    let (wx, wy) = (fromX - Float(left), fromY - Float(top))
                    let upper = coarse[corner] + (coarse[corner + 1] - coarse[corner]) * wx
                    let lower = coarse[corner + count] + (coarse[corner + count + 1] - coarse[corner + count]) * wx
                    picture[y * side + x] = UInt8(upper + (lower - upper) * wy + 0.5)
                }
            }
        }
    }

    /// Covers a rectangle of 2 to 20 % of the picture, up to twice as wide as high or the other way, with noise.
    func erase(_ picture: UnsafeMutableBufferPointer<UInt8>, _ generator: inout SplitMix64) {
        let side = FacePicture.side
        let area = Float(FacePicture.pixelCount) * (0.02 + 0.18 * generator.uniform())
        let ratio = exp2f(generator.symmetric())
        let width = min(max(Int((area * ratio).squareRoot()), 1), side)
        let height = min(max(Int((area / ratio).squareRoot()), 1), side)
        let left = generator.integer(in: 0...(side - width))
        let top = generator.integer(in: 0...(side - height))
        for y in top..<(top + height) {
            for x in left..<(left + width) { picture[y * side + x] = UInt8(truncatingIfNeeded: generator.next()) }
        }
    }
}
