import MienImage

#if canImport(Glibc)
    import Glibc
#endif

/// Takes the tremble out of a face's box, without lagging behind a face that moves.
///
/// The 1€ filter (Casiez, Roussel, Vogel: "1€ Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
/// Interactive Systems", CHI 2012), on the centre in widths of the face and on the logarithm of the width, so that near
/// and far faces are steadied alike. Time is in seconds.
struct RegionFilter {
    /// Below this frequency, in hertz, a still face's box follows; what is faster is taken for tremble.
    private static let stillness = 1.5
    /// How fast the cut-off rises with speed: hertz for each width (or e-fold) a second.
    private static let agility = 4.0
    /// Cut-off for the speed itself, in hertz.
    private static let speedCutoff = 2.0

    private(set) var region: Region
    private var time: Double
    private var speed = SIMD3<Double>.zero

    init(_ region: Region, time: Double) {
        self.region = region
        self.time = time
    }

    /// Goes on in the pixels of a picture that has so many more of them across and down.
    mutating func scale(x: Double, y: Double) { region = region.scaled(x: x, y: y) }

    mutating func add(_ seen: Region, time: Double) {
        let seconds = time - self.time
        guard seconds > 0 else { return }
        self.time = time
        let step = SIMD3(
            (seen.centreX - region.centreX) / region.width, (seen.centreY - region.centreY) / region.width,
            log(seen.width / region.width))
        speed += (step / seconds - speed) * Self.share(cutoff: Self.speedCutoff, seconds)
        let pace = (speed * speed).sum().squareRoot()
        let taken = step * Self.share(cutoff: Self.stillness + Self.agility * pace, seconds)

        let width = region.width * exp(taken.z)
        let height = width * seen.height / seen.width
        region = Region(
            x: region.centreX + taken.x * region.width - width / 2,
            y: region.centreY + taken.y * region.width - height / 2,
            width: width, height: height)
    }

    /// The share of a step that a first-order low-pass filter takes on in `seconds`.
    private static func share(cutoff: Double, _ seconds: Double) -> Double {
        let rate = 2 * Double.pi * cutoff * seconds
        return rate / (rate + 1)
    }
}
