/// A way for a camera to stream: format, size and, where known, rate.
public struct CameraMode: Hashable, Sendable {
    public var format: FourCC
    public var width: Int
    public var height: Int
    public var interval: FrameInterval?

    package init(format: FourCC, width: Int, height: Int, interval: FrameInterval?) {
        (self.format, self.width, self.height, self.interval) = (format, width, height, interval)
    }

    /// Frames a second.
    public var rate: Double? { interval?.rate }
}

/// What is wanted of a camera.
public struct CameraWish: Hashable, Sendable {
    public var width = 640
    public var height = 480
    /// Frames a second.
    public var rate = 30.0
    /// nil: whichever reaches size and rate at the least cost.
    public var format: PixelFormat?

    public init() {}
}

extension CameraMode {
    /// The mode that comes nearest to `wish`; nil where there is none of the wanted format, or none at all.
    ///
    /// What counts, in this order: the size (the wanted one, else the one nearest in width and height, by factors);
    /// that the wanted rate is reached, else the highest rate; that the rate is not above need; the format's cost. So a
    /// camera that sends 1280x720 raw at 10 frames a second, and as MJPEG at 30, is asked for MJPEG.
    package static func best(of formats: [CameraFormat], for wish: CameraWish) -> CameraMode? {
        formats.filter { wish.format == nil || $0.fourCC == wish.format?.fourCC }
            .flatMap { modes(of: $0, for: wish) }
            .min { rank($0, wish) < rank($1, wish) }
    }

    /// Of each size, or range of sizes, the mode that comes nearest.
    private static func modes(of format: CameraFormat, for wish: CameraWish) -> [CameraMode] {
        // A driver without a list of sizes takes any, or sets its own.
        guard !format.sizes.isEmpty else {
            let interval = FrameInterval(rate: wish.rate)
            return [CameraMode(format: format.fourCC, width: wish.width, height: wish.height, interval: interval)]
        }
        return format.sizes.map { size in
            CameraMode(
                format: format.fourCC, width: size.width.nearest(to: wish.width),
                height: size.height.nearest(to: wish.height), interval: interval(of: size.rates, for: wish.rate))
        }
    }

    /// The lowest rate that is enough, else the highest.
    private static func interval(of rates: CameraSize.Rates, for wanted: Double) -> FrameInterval? {
        switch rates {
        case .listed(let listed):
            let enough = listed.filter { reaches($0.rate, wanted) }
            return enough.min { $0.rate < $1.rate } ?? listed.max { $0.rate < $1.rate }
        case .range(let shortest, let longest):
            if shortest.rate <= wanted { return shortest }
            return longest.rate >= wanted ? longest : FrameInterval(rate: wanted)
        case .unknown: return nil
        }
    }

    /// 29.97 is as good as 30.
    private static func reaches(_ rate: Double, _ wanted: Double) -> Bool { rate >= 0.98 * wanted }

    private static func rank(_ mode: CameraMode, _ wish: CameraWish) -> (Double, Double, Double, Int) {
        func factor(_ a: Int, _ b: Int) -> Double { Double(max(a, b)) / Double(max(1, min(a, b))) }
        let distance = factor(mode.width, wish.width) * factor(mode.height, wish.height)
        // A driver that doesn't list rates mostly has the usual ones.
        let rate = mode.rate ?? wish.rate
        let missing = reaches(rate, wish.rate) ? 0 : wish.rate / max(rate, 1e-3)
        // 30 and 29.97 are not to outweigh the format's cost, 60 and 30 are.
        let excess = (max(rate, wish.rate) / max(wish.rate, 1e-3) * 10).rounded()
        return (distance, missing, excess, PixelFormat(mode.format).cost)
    }
}
