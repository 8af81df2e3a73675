import Glibc
import MienImage

/// How figures follow others without jumping, in time and not in frames, so that every rate of frames looks the same.
struct Easing {
    /// The share of the way that is gone.
    private let share: Double

    /// A step of `seconds`; after `constant` seconds 1/e of the way is left.
    init(seconds: Double, constant: Double) { share = 1 - exp(-seconds / constant) }

    func move(_ value: inout Double, to target: Double) { value += (target - value) * share }

    func move(_ value: inout SIMD8<Double>, to target: SIMD8<Double>) { value += (target - value) * share }

    /// Side by side.
    func move(_ region: inout Region, to target: Region) {
        move(&region.x, to: target.x)
        move(&region.y, to: target.y)
        move(&region.width, to: target.width)
        move(&region.height, to: target.height)
    }
}
