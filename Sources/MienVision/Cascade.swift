import CMienAssets
import CMienOpenCV
import MienNN
import Synchronization

/// A trained cascade of Haar features: what tells a face from anything else.
public struct Cascade: Sendable {
    /// A file, as the user wrote it; nil for the one that the binary carries.
    private let file: String?
    private let content: [UInt8]
    private let original = Original()

    /// The cascade in the binary: OpenCV's `frontalface_alt2`, of OpenCV's four the one that finds the most faces with
    /// the fewest false ones. `DetectionOptions` has the settings that suit it.
    public static let standard = Cascade(file: nil, content: [])

    /// Bytes of the largest cascade that is read. OpenCV's largest has 2.7 MB.
    private static let largestFile = 16 << 20

    /// A cascade from a file: OpenCV's XML, in its new format or the old one.
    ///
    /// OpenCV sees only what has been checked here: it trusts a cascade to look at nothing outside its window.
    public init(file: String) throws(VisionError) {
        let text = try readFile(file, as: "cascade", limit: Self.largestFile)
        guard let root = CascadeElement(xml: text) else { throw Self.refusal(file, "it holds no cascade") }
        if let fault = root.cascadeFault { throw Self.refusal(file, fault) }
        self.init(file: file, content: Array("<?xml version=\"1.0\"?>\n\(root.xml)".utf8))
    }

    private init(file: String?, content: [UInt8]) {
        self.file = file
        self.content = content
    }

    /// What tells cascades from each other.
    package var fingerprint: UInt64 {
        guard file == nil else { return content.withUnsafeBytes { Fingerprint.of(words: $0) } }
        return Fingerprint.of(
            words: UnsafeRawBufferPointer(start: mien_asset_cascade.bytes, count: mien_asset_cascade.count))
    }

    /// Reads the cascade, unless that is done already: on another thread, so that the first detector is there sooner.
    package func prepare() {
        // What can't be read is told to whoever makes a detector.
        _ = try? original.prepare { () throws(VisionError) in try read(.vectors) }
    }

    /// A new detector, which the caller destroys with `mien_detector_destroy`.
    func makeDetector(_ search: CascadeSearch) throws(VisionError) -> OpaquePointer {
        if search == .plain { return try read(search) }
        return try original.copy { () throws(VisionError) in try read(search) }
    }

    private func read(_ search: CascadeSearch) throws(VisionError) -> OpaquePointer {
        guard let file else {
            return try Self.read(
                UnsafeBufferPointer(start: mien_asset_cascade.bytes, count: mien_asset_cascade.count), search,
                "in the program")
        }
        return try content.withUnsafeBufferPointer { bytes throws(VisionError) in
            try Self.read(bytes, search, file)
        }
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ search: CascadeSearch, _ name: String
    ) throws(VisionError) -> OpaquePointer {
        let (detector, message) = withMessage {
            mien_detector_create(bytes.baseAddress, bytes.count, search == .plain, $0, $1)
        }
        if let detector { return detector }
        throw refusal(name, message)
    }

    private static func refusal(_ name: String, _ reason: String) -> VisionError {
        VisionError(
            "cannot use the cascade \(name): \(reason) (OpenCV's are in the package opencv-data, under "
                + "/usr/share/opencv4/haarcascades)")
    }
}

/// Who tries the cascade on a picture's places. Both find the same.
public enum CascadeSearch: Sendable {
    /// We, on eight at once; OpenCV where the cascade has other than upright features.
    case vectors
    /// OpenCV alone, on one after the other: to compare with.
    case plain
}

/// Calls `body` with room for a message; gives what `body` returned and what it wrote, on one line.
func withMessage<Result>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> (Result, String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
        room.initialize(repeating: 0)
        let result = body(room.baseAddress, room.count)
        guard let message = room.baseAddress, message.pointee != 0 else { return (result, "") }
        return (result, String(cString: message).split(whereSeparator: \.isNewline).joined(separator: ": "))
    }
}

/// The first detector of a cascade. It never works: others are copied from it, which takes no time beside reading.
private final class Original: Sendable {
    private let detector = Mutex<OpaquePointer?>(nil)

    deinit { detector.withLock { if let made = $0 { mien_detector_destroy(made) } } }

    func prepare(_ read: () throws(VisionError) -> OpaquePointer) throws(VisionError) {
        try detector.withLock { detector throws(VisionError) in
            if detector == nil { detector = try read() }
        }
    }

    func copy(_ read: () throws(VisionError) -> OpaquePointer) throws(VisionError) -> OpaquePointer {
        try prepare(read)
        let copied = detector.withLock { $0.flatMap { mien_detector_copy($0) } }
        return if let copied { copied } else { try read() }
    }
}
