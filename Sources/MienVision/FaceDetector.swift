import CMienOpenCV
public import MienImage

/// Finds every face in a picture, whatever is known of earlier ones: a full scan.
///
/// Keeps working memory, so that scans of pictures of one size allocate nothing here; one thread at a time.
public struct FaceDetector: ~Copyable {
    private let handle: OpaquePointer
    private let options: DetectionOptions
    private let threads: Int
    /// Width of the smallest face that the cascade can see.
    private let window: Double
    private var reduced: Plane
    private var resampler: Resampler
    /// Room for what OpenCV finds. More faces than this are no picture but a pattern.
    private var found: [mien_detection]

    /// - Parameter threads: how many share a scan of a single picture. Where pictures follow each other, there are
    ///   others for each to work on.
    public init(
        cascade: Cascade = .standard, options: DetectionOptions = DetectionOptions(), search: CascadeSearch = .vectors,
        threads: Int = 1
    ) throws(VisionError) {
        if let fault = options.fault { throw VisionError("cannot search for faces: \(fault)") }
        let handle = try cascade.makeDetector(search)
        self.handle = handle
        self.options = options
        self.threads = threads
        window = Double(mien_detector_window(handle))
        reduced = Plane()
        resampler = Resampler()
        found = Array(repeating: mien_detection(), count: 256)
    }

    deinit { mien_detector_destroy(handle) }

    /// A pixel of the picture makes at most two of the scan: larger is not finer.
    private static let finest = 0.5

    /// Replaces `faces` with the faces in `picture`, in its pixels: the largest first, of equals the leftmost, then
    /// the topmost.
    ///
    /// Other kinds than `.single` find what is no face too: who asks for them looks again.
    public mutating func detect(
        in picture: PlaneView, _ kind: ScanKind = .single, faces: inout [Box]
    ) throws(VisionError) {
        faces.removeAll(keepingCapacity: true)
        let factor = reduction(of: picture) * kind.reduction
        let width = Int((Double(picture.width) / factor).rounded())
        let height = Int((Double(picture.height) / factor).rounded())
        var parameters = mien_detector_default_parameters()
        parameters.scale_factor = options.scaleFactor ?? kind.scaleFactor
        parameters.neighbours = Int32(options.neighbours ?? kind.neighbours)
        parameters.smallest = Self.pixels(max(window, Double(options.smallestFace ?? 0) / factor))
        parameters.largest = Self.pixels(options.largestFace.map { Double($0) / factor } ?? Double(max(width, height)))
        if kind == .single { parameters.threads = Int32(clamping: threads) }
        guard Double(min(width, height)) >= window, parameters.largest >= parameters.smallest else { return }

        let count: Int
        if (width, height) == (picture.width, picture.height) {
            count = try scan(picture, parameters)
        } else {
            reduced.resize(width: width, height: height)
            resampler.resample(picture, into: &reduced)
            count = try scan(reduced.view, parameters)
        }
        keep(count, factor, picture.bounds, in: &faces)
    }

    /// Replaces `faces` with the faces in `picture` whose width is in `widths`, in pixels, searched for at the picture's
    /// own size. As many `neighbours` as given make a face, whatever the options say.
    mutating func search(
        _ picture: PlaneView, widths: ClosedRange<Double>, neighbours: Int, faces: inout [Box]
    ) throws(VisionError) {
        faces.removeAll(keepingCapacity: true)
        var parameters = mien_detector_default_parameters()
        parameters.scale_factor = options.scaleFactor ?? 1.1
        parameters.neighbours = Int32(neighbours)
        parameters.smallest = Self.pixels(max(window, widths.lowerBound))
        parameters.largest = Self.pixels(widths.upperBound)
        guard Double(min(picture.width, picture.height)) >= window else { return }
        keep(try scan(picture, parameters), 1, picture.bounds, in: &faces)
    }

    /// How many pixels of the picture make one of the scan.
    private func reduction(of picture: PlaneView) -> Double {
        let wanted = (Double(picture.width * picture.height) / Double(options.pixels)).squareRoot()
        let needed = options.smallestFace.map { Double($0) / window } ?? wanted
        return max(Self.finest, min(wanted, needed))
    }

    private static func pixels(_ value: Double) -> Int32 { Int32(min(value.rounded(), 1e6)) }

    /// Fills `found`; returns how many.
    private mutating func scan(
        _ picture: PlaneView, _ parameters: mien_detector_parameters
    ) throws(VisionError) -> Int {
        let handle = handle
        let (count, message) = withMessage { message, room in
            withUnsafePointer(to: parameters) { parameters in
                found.withUnsafeMutableBufferPointer { found in
                    mien_detector_detect(
                        handle, picture.base, Int32(picture.width), Int32(picture.height), picture.stride,
                        parameters, found.baseAddress, Int32(found.count), message, room)
                }
            }
        }
        if count < 0 { throw VisionError("cannot search for faces: \(message)") }
        return Int(count)
    }

    /// Puts the first `count` of `found` into `faces`, in pixels of the picture, without those that are part of a
    /// face with more votes: an eye, a mouth, or the same face again.
    private mutating func keep(_ count: Int, _ factor: Double, _ bounds: Box, in faces: inout [Box]) {
        // By everything, so that the order doesn't depend on OpenCV's.
        found.withUnsafeMutableBufferPointer {
            $0[..<count].sort { ($0.votes, $0.width, -$0.x, -$0.y) > ($1.votes, $1.width, -$1.x, -$1.y) }
        }
        for detection in found[..<count] {
            let side = Int((Double(detection.width) * factor).rounded())
            let face = Box(
                x: Int((Double(detection.x) * factor).rounded()), y: Int((Double(detection.y) * factor).rounded()),
                width: side, height: Int((Double(detection.height) * factor).rounded())
            ).intersection(bounds)
            if faces.allSatisfy({ 2 * $0.intersection(face).area <= min($0.area, face.area) }) { faces.append(face) }
        }
        faces.sort { ($0.area, -$0.x, -$0.y) > ($1.area, -$1.x, -$1.y) }
    }
}
