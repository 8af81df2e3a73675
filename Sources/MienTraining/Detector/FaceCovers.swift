import Glibc
import MienNN

/// Where a face's points lie in the frame of its square: u to the right as seen, v down, from its middle, in sides.
struct FaceLayout {
    var (leftEye, rightEye): (SIMD2<Float>, SIMD2<Float>)
    var nose: SIMD2<Float>
    var mouth: SIMD2<Float>

    /// What most faces that look ahead have.
    static let usual = FaceLayout(
        leftEye: SIMD2(-0.195, -0.124), rightEye: SIMD2(0.195, -0.124), nose: SIMD2(0, 0.09), mouth: SIMD2(0, 0.289))
}

/// A cloth over mouth and nose: a surgical mask, a cup, a scarf.
struct FaceMask {
    private let (topV, slope, bottomV): (Float, Float, Float)
    private let (topU, bottomU): (Float, Float)
    private let (topHalf, bottomHalf): (Float, Float)
    private let pattern: Pattern
    private let (shading, pleats, pleatPhase): (Float, Float, Float)
    private let straps: Float
    private let strapLevel: Float
    private let edge: Float

    init(_ layout: FaceLayout, _ chance: inout SplitMix64) {
        let eyes = (layout.leftEye + layout.rightEye) / 2
        let share = chance.uniform()
        // Some hang below the nose.
        let low = chance.uniform() < 0.08
        topV = low ? layout.nose.y + 0.06 : eyes.y + (layout.nose.y - eyes.y) * (0.25 + 0.6 * share)
        let isScarf = chance.uniform() < 0.12
        slope = isScarf ? 0.1 * chance.symmetric() : 0.05 + 0.35 * chance.uniform()
        let chin = layout.mouth.y - layout.nose.y
        bottomV = isScarf ? 1.2 : layout.mouth.y + chin * (0.75 + 0.7 * chance.uniform())
        (topU, bottomU) = (layout.nose.x * 0.8, layout.mouth.x)
        topHalf = isScarf ? 0.75 : 0.36 + 0.14 * chance.uniform()
        bottomHalf = isScarf ? 0.8 : topHalf * (0.4 + 0.45 * chance.uniform())
        let bright = chance.uniform()
        let level =
            bright < 0.45
            ? 170 + 80 * chance.uniform() : bright < 0.7 ? 10 + 50 * chance.uniform() : 255 * chance.uniform()
        pattern = Pattern(level: level, fineness: 6, &chance)
        shading = 0.55 * chance.uniform()
        pleats = chance.uniform() < 0.5 ? 18 * chance.uniform() : 0
        pleatPhase = 2 * .pi * chance.uniform()
        straps = isScarf || chance.uniform() < 0.3 ? 0 : 0.012 + 0.012 * chance.uniform()
        strapLevel = min(255, level + 40 * chance.symmetric())
        edge = 40 * chance.uniform()
    }

    /// The face's level with the mask over it.
    ///
    /// - Parameter pixel: its width in sides: over so much an edge fades.
    @inline(__always)
    func over(_ level: Float, _ u: Float, _ v: Float, pixel: Float) -> Float {
        let down = min(max((v - topV) / (bottomV - topV), 0), 1)
        let middle = topU + (bottomU - topU) * down
        let half = topHalf + (bottomHalf - topHalf) * down * down
        let across = abs(u - middle)
        let inside = min(v - topV - slope * across * across * 2.2, bottomV - v - across * across * 0.5, half - across)
        if inside > -pixel {
            let share = across / half
            var cloth = pattern.level(u, v) * (1 - shading * share * share)
            if pleats > 0 { cloth += pleats * sinf(v * 45 + pleatPhase) }
            if inside < 0.025 { cloth -= edge }
            let cover = min((inside + pixel) / (2 * pixel), 1)
            return level + (min(max(cloth, 0), 255) - level) * cover
        }
        guard straps > 0, across > half * 0.9 else { return level }
        // From the upper and the lower corners to the ears.
        let rise = (across - topHalf) * 0.25
        let upper = abs(v - (topV + slope * topHalf * topHalf * 2.2 + 0.03 - rise))
        let lower = abs(v - (bottomV - 0.12 - (across - bottomHalf) * 1.1))
        let distance = min(upper, lower)
        return distance < straps ? strapLevel : level
    }
}

/// Glasses with rims, or dark ones.
struct Glasses {
    private let (left, right): (Outline, Outline)
    private let rim: Float
    private let rimLevel: Float
    private let (lensLevel, lensCover): (Float, Float)
    private let (glareU, glareV, glare): (Float, Float, Float)
    private let (bridgeV, templeV): (Float, Float)
    private let slope: Float

    init(_ layout: FaceLayout, _ chance: inout SplitMix64) {
        let across = layout.rightEye - layout.leftEye
        let distance = (across * across).sum().squareRoot()
        let isDark = chance.uniform() < 0.45
        let size = isDark ? 0.4 + 0.1 * chance.uniform() : 0.33 + 0.13 * chance.uniform()
        let kind: Outline.Kind = chance.next() & 1 == 1 ? .ellipse : .rounded
        let height = size * (0.55 + 0.4 * chance.uniform()) * distance
        let drop = 0.02 * chance.symmetric() + 0.01
        func lens(_ eye: SIMD2<Float>, _ direction: Float) -> Outline {
            Outline(
                kind: kind, u: eye.x + direction * 0.02, v: eye.y + drop, halfWidth: size * max(distance, 0.12),
                halfHeight: max(height, 0.04), fade: 0.01)
        }
        (left, right) = (lens(layout.leftEye, -1), lens(layout.rightEye, 1))
        rim = 0.012 + 0.028 * chance.uniform() * chance.uniform()
        rimLevel = chance.uniform() < 0.75 ? 60 * chance.uniform() : 255 * chance.uniform()
        lensLevel = isDark ? 70 * chance.uniform() : 255
        lensCover = isDark ? 0.7 + 0.3 * chance.uniform() : chance.uniform() < 0.3 ? 0.4 * chance.uniform() : 0
        (glareU, glareV) = (0.08 * chance.symmetric(), 0.05 * chance.symmetric())
        glare = chance.uniform() < 0.35 ? 200 * chance.uniform() : 0
        bridgeV = (layout.leftEye.y + layout.rightEye.y) / 2 + drop - 0.2 * height
        slope = across.x == 0 ? 0 : across.y / across.x
        templeV = bridgeV
    }

    @inline(__always)
    func over(_ level: Float, _ u: Float, _ v: Float, pixel: Float) -> Float {
        guard abs(v - left.v) < 0.35 else { return level }
        let lens = abs(u - left.u) < abs(u - right.u) ? left : right
        let scale = min(lens.halfWidth, lens.halfHeight)
        let outside = (lens.radius(u, v) - 1) * scale
        if outside > rim {
            // Bridge and temples.
            let height = abs(v - bridgeV - slope * u)
            guard height < rim,
                u < left.u - left.halfWidth || u > right.u + right.halfWidth || (u > left.u && u < right.u)
            else { return level }
            return abs(u) < 0.52 ? rimLevel : level
        }
        if outside > -rim {
            let cover = min(max((rim - abs(outside)) / pixel, 0.3), 1)
            return level + (rimLevel - level) * cover
        }
        var result = level + (lensLevel - level) * lensCover
        if glare > 0 {
            let (du, dv) = (u - lens.u - glareU, v - lens.v - glareV)
            result += glare * max(0, 1 - (du * du * 4 + dv * dv * 12) * 60)
        }
        return min(result, 255)
    }
}
