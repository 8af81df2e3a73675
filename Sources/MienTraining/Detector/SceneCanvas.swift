import Glibc
import MienNN
import MienVision

/// What a scene is painted on: levels of 0 to 255, with fractions.
struct SceneCanvas {
    let width: Int
    let height: Int
    let pixels: UnsafeMutableBufferPointer<Float>

    /// Sets every pixel to what `picture` shows at `place`.
    ///
    /// - Parameters:
    ///   - place: of the canvas's corner in the picture, in its pixels, and how far it goes for a pixel right and down.
    func fill(_ picture: Pyramid, _ origin: SIMD2<Float>, right: SIMD2<Float>, down: SIMD2<Float>) {
        let sampler = picture.sampler(step: (right * right).sum().squareRoot() * 1.2)
        for y in 0..<height {
            let start = origin + down * (Float(y) + 0.5) + right * 0.5
            let row = pixels.baseAddress.unsafelyUnwrapped + y * width
            for x in 0..<width {
                let place = start + right * Float(x)
                row[x] = sampler.value(place.x, place.y)
            }
        }
    }

    /// Paints over a square place and what is around it.
    ///
    /// - Parameters:
    ///   - place: whose middle is 0, 0 and whose sides are 1 long, for `shade`: u to the right of the face as it is turned
    ///     and v down.
    ///   - left, top, right, bottom: how far `shade` reaches, in sides.
    ///   - shade: gives the new level, and how much of it covers the old one, 0 to 1.
    @inline(__always)
    func paint(
        _ place: FaceFrame, left: Float, top: Float, right: Float, bottom: Float,
        _ shade: (_ u: Float, _ v: Float) -> (level: Float, cover: Float)
    ) {
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map { place.point($0.0, $0.1) }
        let xs = corners.map(\.x)
        let ys = corners.map(\.y)
        let columns = max(Int(xs.min() ?? 0), 0)..<max(min(Int(xs.max() ?? 0) + 1, width), max(Int(xs.min() ?? 0), 0))
        let rows = max(Int(ys.min() ?? 0), 0)..<max(min(Int(ys.max() ?? 0) + 1, height), max(Int(ys.min() ?? 0), 0))
        let (cosine, sine) = (place.cosine / place.side, place.sine / place.side)
        for y in rows {
            let row = pixels.baseAddress.unsafelyUnwrapped + y * width
            let dy = Float(y) + 0.5 - place.y
            for x in columns {
                let dx = Float(x) + 0.5 - place.x
                let (u, v) = (cosine * dx + sine * dy, cosine * dy - sine * dx)
                guard u > left, u < right, v > top, v < bottom else { continue }
                let (level, cover) = shade(u, v)
                row[x] += (level - row[x]) * cover
            }
        }
    }
}

/// A place with its roll's cosine and sine.
struct FaceFrame {
    let (x, y, side): (Float, Float, Float)
    let (cosine, sine): (Float, Float)

    init(_ place: FacePlace) {
        (x, y, side) = (place.x, place.y, place.side)
        (cosine, sine) = (cosf(place.roll * .pi / 180), sinf(place.roll * .pi / 180))
    }

    /// Where u, v lies.
    func point(_ u: Float, _ v: Float) -> SIMD2<Float> {
        SIMD2(x + side * (cosine * u - sine * v), y + side * (sine * u + cosine * v))
    }

    /// The u, v of a point.
    func inside(_ point: SIMD2<Float>) -> SIMD2<Float> {
        let (dx, dy) = (point.x - x, point.y - y)
        return SIMD2((cosine * dx + sine * dy) / side, (cosine * dy - sine * dx) / side)
    }
}

/// A rounded shape: |x/a|^n + |y/b|^n <= 1 with n 2 (an ellipse) or 4 (nearly a rectangle), or the rectangle itself.
struct Outline {
    enum Kind: CaseIterable { case ellipse, rounded, rectangle }

    var kind: Kind
    var (u, v): (Float, Float)
    var (halfWidth, halfHeight): (Float, Float)
    /// Over how much it fades, in the unit of u and v.
    var fade: Float

    /// How far inside a place lies: 0 at the edge or outside, 1 from `fade` on.
    @inline(__always)
    func cover(_ atU: Float, _ atV: Float) -> Float {
        min(max((1 - radius(atU, atV)) * min(halfWidth, halfHeight) / fade, 0), 1)
    }

    /// 1 at the edge.
    @inline(__always)
    func radius(_ atU: Float, _ atV: Float) -> Float {
        let (a, b) = (abs(atU - u) / halfWidth, abs(atV - v) / halfHeight)
        switch kind {
        case .ellipse: return (a * a + b * b).squareRoot()
        case .rounded: return (a * a * a * a + b * b * b * b).squareRoot().squareRoot()
        case .rectangle: return max(a, b)
        }
    }
}

/// A pattern without meaning: cloth, walls, hair.
struct Pattern {
    private let level: Float
    private let (strengthA, strengthB): (Float, Float)
    private let (au, av, bu, bv): (Float, Float, Float, Float)
    private let isSharp: Bool
    private let grain: Float

    /// - Parameters:
    ///   - level: its mean.
    ///   - fineness: of its stripes, in waves a unit.
    init(level: Float, fineness: Float, _ chance: inout SplitMix64) {
        self.level = level
        let isPlain = chance.uniform() < 0.45
        strengthA = isPlain ? 0 : 60 * chance.uniform() * chance.uniform()
        strengthB = isPlain || chance.uniform() < 0.5 ? 0 : 50 * chance.uniform() * chance.uniform()
        func direction(_ chance: inout SplitMix64) -> (Float, Float) {
            let angle = 2 * Float.pi * chance.uniform()
            let waves = 2 * Float.pi * fineness * exp2f(2 * chance.symmetric())
            return (waves * cosf(angle), waves * sinf(angle))
        }
        (au, av) = direction(&chance)
        (bu, bv) = direction(&chance)
        isSharp = chance.uniform() < 0.4
        grain = 14 * chance.uniform() * chance.uniform()
    }

    @inline(__always)
    func level(_ u: Float, _ v: Float) -> Float {
        var result = level
        if strengthA > 0 { result += strengthA * wave(au * u + av * v) }
        if strengthB > 0 { result += strengthB * wave(bu * u + bv * v) }
        if grain > 0 {
            // A hash of the place: the same wherever it is painted, and cheap.
            let bits = UInt32(truncatingIfNeeded: Int(u * 4099) &* 73_856_093 ^ Int(v * 4099) &* 19_349_663)
            result += grain * (Float((bits &* 2_654_435_761) >> 16) / 32768 - 1)
        }
        return result
    }

    /// A sine, or its sign. (Bhaskara's formula, which vectorises.)
    @inline(__always)
    private func wave(_ angle: Float) -> Float {
        let turns = angle / (2 * .pi)
        // Without a call to round it down: no pattern has so many waves.
        let part = turns + 4096 - Float(Int32(turns + 4096))
        if isSharp { return part < 0.5 ? 1 : -1 }
        let half = part < 0.5 ? part : part - 0.5
        let value = 16 * half * (1 - 2 * half) * 0.5 / (1.25 - half * (1 - 2 * half) * 2) * 1.25
        return part < 0.5 ? value : -value
    }
}
