import CMienAssets
import Glibc
import MienImage

/// Draws the demo's pictures.
final class DemoRenderer {
    /// Seconds from the start of one expression to that of the next, and how many of them the change takes.
    static let period = 2.0
    static let morph = 0.5
    /// Samples along a side of the stored faces.
    static let side = 48

    private let width: Int
    private let height: Int
    /// All faces, `side * side` samples each.
    private let faces: UnsafeBufferPointer<UInt8>
    /// The expression of the moment, and the same with its rows stretched to the box.
    private var face = [Float](repeating: 0, count: side * side)
    private var stretched: [Float]
    /// `Tap.edge` of each column of the box.
    private var edges: [Float]
    /// The background is a sum of three waves, each along one direction, in 64ths.
    private var waveX: [Int16]
    private var waveY: [Int16]
    private var waveXY: [Int16]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        faces = UnsafeBufferPointer(start: mien_asset_demo_faces.bytes, count: mien_asset_demo_faces.count)
        let largest = min(width, height)
        stretched = [Float](repeating: 0, count: Self.side * largest)
        edges = [Float](repeating: 0, count: largest)
        waveX = [Int16](repeating: 0, count: width)
        waveY = [Int16](repeating: 0, count: height)
        waveXY = [Int16](repeating: 0, count: width + height)
    }

    /// Which expression is shown at `time`, which follows, and the share (0 to 1) that the latter has already.
    static func phase(at time: Double) -> (from: Int, to: Int, share: Double) {
        let count = DemoSource.expressions.count
        // Times are multiples of a frame's; the tolerance keeps rounding from moving a change by one frame.
        let position = (time + 1e-9) / period
        let from = Int(position)
        let linear = max(0, (position - Double(from)) * period - (period - morph)) / morph
        let share = linear < 1e-6 ? 0 : linear * linear * (3 - 2 * linear)
        return (from % count, (from + 1) % count, share)
    }

    /// The square in which the face of `time` lies: about 2/5 of the picture's lesser side, drifting around the middle.
    static func box(at time: Double, width: Int, height: Int) -> (left: Double, top: Double, size: Double) {
        let (width, height) = (Double(width), Double(height))
        let size = min(width, height) * (0.42 + 0.04 * sin(0.9 * time))
        let x = width / 2 + (width - size) * 0.28 * sin(0.45 * time)
        let y = height / 2 + (height - size) * 0.22 * sin(0.71 * time + 1)
        return (x - size / 2, y - size / 2, size)
    }

    func render(time: Double, into plane: inout Plane) {
        plane.resize(width: width, height: height)
        background(time: time, into: plane)
        mix(time: time)
        paint(Self.box(at: time, width: width, height: height), into: plane)
    }

    private func background(time: Double, into plane: borrowing Plane) {
        func fill(_ wave: inout [Int16], offset: Double, height: Double, length: Double, speed: Double) {
            for index in wave.indices {
                wave[index] = Int16(64 * (offset + height * sin(Double(index) / length + speed * time)))
            }
        }
        let scale = Double(max(width, height))
        fill(&waveX, offset: 96, height: 18, length: scale / 9, speed: 0.6)
        fill(&waveY, offset: 0, height: 14, length: scale / 7, speed: -0.4)
        fill(&waveXY, offset: 0, height: 12, length: scale / 12, speed: 0.9)
        waveX.withUnsafeBufferPointer { waveX in
            waveXY.withUnsafeBufferPointer { waveXY in
                for y in 0..<height {
                    let (row, level) = (plane.base + y * plane.stride, waveY[y])
                    // The waves add up to 52...140.
                    for x in 0..<width {
                        row[x] = UInt8(truncatingIfNeeded: (waveX[x] &+ level &+ waveXY[x + y]) >> 6)
                    }
                }
            }
        }
    }

    /// Mixes the face of the moment from its two expressions.
    private func mix(time: Double) {
        let (from, to, share) = Self.phase(at: time)
        let count = Self.side * Self.side
        for index in 0..<count {
            let (a, b) = (Float(faces[from * count + index]), Float(faces[to * count + index]))
            face[index] = a + (b - a) * Float(share)
        }
    }

    /// Draws the face over the background, its edge fading out.
    private func paint(_ box: (left: Double, top: Double, size: Double), into plane: borrowing Plane) {
        let (left, top) = (Int(box.left.rounded(.up)), Int(box.top.rounded(.up)))
        let right = min(width, Int(box.left + box.size))
        let bottom = min(height, Int(box.top + box.size))
        let count = right - left
        for x in 0..<count {
            let tap = Tap(Double(left + x), from: box.left, size: box.size)
            edges[x] = tap.edge
            face.withUnsafeBufferPointer { face in
                for row in 0..<Self.side { stretched[row * count + x] = tap.value { face[row * Self.side + $0] } }
            }
        }
        stretched.withUnsafeBufferPointer { stretched in
            edges.withUnsafeBufferPointer { edges in
                for y in top..<bottom {
                    let tap = Tap(Double(y), from: box.top, size: box.size)
                    let line = plane.base + y * plane.stride + left
                    for x in 0..<count {
                        // 1 within, 0 from the edge of a rounded square on.
                        let linear = max(0, min(1, (1 - edges[x] - tap.edge) * 2))
                        let alpha = linear * linear * (3 - 2 * linear)
                        let value = tap.value { stretched[$0 * count + x] }
                        let under = Float(line[x])
                        let sum = under + (value - under) * alpha + 0.5
                        line[x] = UInt8(truncatingIfNeeded: Int32(max(0, min(255, sum))))
                    }
                }
            }
        }
    }
}

/// Four neighbouring samples of a stored face and their weights: Catmull-Rom's cubic, clamped at the edges.
private struct Tap {
    private let first: Int
    private let second: Int
    private let third: Int
    private let fourth: Int
    private let weight: SIMD4<Float>
    /// How far from the face's middle, as a share of the way to its edge, to the 4th power.
    let edge: Float

    /// For a pixel's column or row, in a box that begins at `start`.
    init(_ position: Double, from start: Double, size: Double) {
        let side = DemoRenderer.side
        let relative = (position + 0.5 - start) / size
        let sample = relative * Double(side) - 0.5
        let before = sample.rounded(.down)
        let t = Float(sample - before)
        second = max(0, Int(before))
        first = max(0, second - 1)
        third = min(side - 1, Int(before) + 1)
        fourth = min(side - 1, third + 1)
        weight = SIMD4(
            ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t)
        let distance = Float(abs(2 * relative - 1))
        edge = distance * distance * distance * distance
    }

    @inline(__always)
    func value(_ sample: (Int) -> Float) -> Float {
        sample(first) * weight[0] + sample(second) * weight[1] + sample(third) * weight[2]
            + sample(fourth) * weight[3]
    }
}
