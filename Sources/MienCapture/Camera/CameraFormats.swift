import CMienV4L2

/// A pixel format that a camera offers, with its sizes.
public struct CameraFormat: Hashable, Sendable {
    public let fourCC: FourCC
    /// The driver's words: "Motion-JPEG".
    public let description: String
    /// Empty where the driver doesn't list them.
    public let sizes: [CameraSize]

    package init(fourCC: FourCC, description: String, sizes: [CameraSize]) {
        (self.fourCC, self.description, self.sizes) = (fourCC, description, sizes)
    }
}

/// A size that a camera offers, or a range of them, with the frame rates there.
public struct CameraSize: Hashable, Sendable {
    /// In pixels; lowest and highest are the same where there is just one.
    public let width: Steps
    public let height: Steps
    public let rates: Rates

    public struct Steps: Hashable, Sendable {
        public let lowest, highest, step: Int

        package init(_ lowest: Int, _ highest: Int, step: Int = 1) {
            (self.lowest, self.highest, self.step) = (lowest, highest, max(1, step))
        }

        /// The allowed value that is nearest to `wanted` from below, as far as there is one.
        func nearest(to wanted: Int) -> Int {
            let inside = min(max(wanted, lowest), highest)
            return lowest + (inside - lowest) / step * step
        }
    }

    public enum Rates: Hashable, Sendable {
        case listed([FrameInterval])
        /// Any between the two, the shorter first.
        case range(FrameInterval, FrameInterval)
        /// The driver doesn't say.
        case unknown
    }

    package init(width: Steps, height: Steps, rates: Rates) {
        (self.width, self.height, self.rates) = (width, height, rates)
    }
}

/// The time from one frame to the next, in seconds, as the fraction that drivers use.
public struct FrameInterval: Hashable, Sendable {
    public let numerator: UInt32
    public let denominator: UInt32

    package init(_ numerator: UInt32, _ denominator: UInt32) {
        (self.numerator, self.denominator) = (numerator, denominator)
    }

    /// The interval of a rate, to a thousandth of a frame a second.
    package init(rate: Double) { self.init(1000, UInt32(min(max(rate, 0.001), 1e6) * 1000 + 0.5)) }

    /// Frames a second; 0 where the driver gave nonsense.
    public var rate: Double { numerator == 0 ? 0 : Double(denominator) / Double(numerator) }
}

extension VideoNode {
    /// Entries of each list, and of all lists of a camera together, after which a driver is taken for one whose lists have
    /// no end. The kernel's own test driver, which offers more than any camera, has some hundreds in all.
    private static let longestList: UInt32 = 1000
    private static let mostEntries = 2000

    /// All formats with sizes and rates. (`VIDIOC_ENUM_FMT`, `_FRAMESIZES`, `_FRAMEINTERVALS`)
    func formats() throws(CameraError) -> [CameraFormat] {
        var formats: [CameraFormat] = []
        var left = Self.mostEntries
        for index in 0..<Self.longestList {
            var entry = v4l2_fmtdesc()
            entry.index = index
            entry.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
            guard try step(.nextFormat, &entry, to: "list the formats of") else { break }
            let sizes = try sizes(of: entry.pixelformat, &left)
            formats.append(
                CameraFormat(
                    fourCC: FourCC(rawValue: entry.pixelformat), description: text(entry.description), sizes: sizes))
        }
        return formats
    }

    private func sizes(of format: UInt32, _ left: inout Int) throws(CameraError) -> [CameraSize] {
        var sizes: [CameraSize] = []
        for index in 0..<Self.longestList where left > 0 {
            left -= 1
            var entry = v4l2_frmsizeenum()
            entry.index = index
            entry.pixel_format = format
            guard try step(.nextSize, &entry, to: "list the sizes of") else { break }
            if entry.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue {
                let (width, height) = (Int(entry.discrete.width), Int(entry.discrete.height))
                let rates = try rates(of: format, width: width, height: height, &left)
                sizes.append(CameraSize(width: .init(width, width), height: .init(height, height), rates: rates))
            } else {
                let range = entry.stepwise
                // Rates may differ over the range; those of the largest size hold for all.
                let rates = try rates(
                    of: format, width: Int(range.max_width), height: Int(range.max_height), &left)
                sizes.append(
                    CameraSize(
                        width: .init(Int(range.min_width), Int(range.max_width), step: Int(range.step_width)),
                        height: .init(Int(range.min_height), Int(range.max_height), step: Int(range.step_height)),
                        rates: rates))
                break  // a range is the only entry
            }
        }
        return sizes
    }

    private func rates(
        of format: UInt32, width: Int, height: Int, _ left: inout Int
    ) throws(CameraError) -> CameraSize.Rates {
        var listed: [FrameInterval] = []
        for index in 0..<Self.longestList where left > 0 {
            left -= 1
            var entry = v4l2_frmivalenum()
            entry.index = index
            entry.pixel_format = format
            entry.width = UInt32(width)
            entry.height = UInt32(height)
            guard try step(.nextInterval, &entry, to: "list the frame rates of") else { break }
            if entry.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue {
                listed.append(FrameInterval(entry.discrete.numerator, entry.discrete.denominator))
            } else {
                let range = entry.stepwise
                return .range(
                    FrameInterval(range.min.numerator, range.min.denominator),
                    FrameInterval(range.max.numerator, range.max.denominator))
            }
        }
        return listed.isEmpty ? .unknown : .listed(listed)
    }
}
