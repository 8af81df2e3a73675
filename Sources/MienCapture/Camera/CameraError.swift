import Glibc

/// Why a camera gives no pictures, or no more of them. The message says what, where, why and what to do.
public struct CameraError: Error, CustomStringConvertible, Sendable {
    /// Kinds to tell apart; each is a pattern: `catch CameraError.disconnected { ... }`.
    public enum Code: Sendable {
        /// There is no such camera.
        case notFound
        case notPermitted
        /// Another program streams from it.
        case busy
        /// It was there, and is gone.
        case disconnected
        /// It is no camera, or can't do what was asked for.
        case unsupported
        /// The bus can't carry that many bytes a second.
        case noBandwidth
        /// Anything else that the driver reports; `errno` says what. Often passes.
        case failed
    }

    public static var notFound: Code { .notFound }
    public static var notPermitted: Code { .notPermitted }
    public static var busy: Code { .busy }
    public static var disconnected: Code { .disconnected }
    public static var unsupported: Code { .unsupported }
    public static var noBandwidth: Code { .noBandwidth }

    public let code: Code
    /// The node, or what was asked for where none was found.
    public let path: String
    /// The call that failed, such as `VIDIOC_STREAMON`; nil where no call did.
    public let call: String?
    /// The call's error number, else 0.
    public let errno: Int32
    public let description: String

    init(_ code: Code, _ path: String, _ description: String) {
        (self.code, self.path, call, errno) = (code, path, nil, 0)
        self.description = description
    }

    /// A failed call: `cannot PURPOSE PATH: CALL: what errno means (advice)`.
    init(_ call: String, _ errno: Int32, path: String, to purpose: String, holders: [String] = []) {
        code = Self.code(errno, call)
        (self.path, self.call, self.errno) = (path, call, errno)
        let meaning = String(cString: strerror(errno))
        let first = meaning.prefix(1).lowercased() + meaning.dropFirst()
        let advice = Self.advice(code, path: path, holders: holders).map { " (\($0))" } ?? ""
        description = "cannot \(purpose) \(path): \(call): \(first)\(advice)"
    }

    private static func code(_ errno: Int32, _ call: String) -> Code {
        switch errno {
        case ENOENT: .notFound
        case EACCES, EPERM: .notPermitted
        case EBUSY: .busy
        case ENODEV, ENXIO: .disconnected
        case ENOTTY: .unsupported
        case ENOSPC: .noBandwidth
        default: .failed
        }
    }

    private static func advice(_ code: Code, path: String, holders: [String]) -> String? {
        switch code {
        case .notFound where NetworkAddress(path) != nil: NetworkAddress(path)?.advice
        case .notFound: "`mien devices` lists the cameras; `mien demo` needs none"
        case .notPermitted:
            "cameras belong to the group `video`: sudo usermod -aG video \"$USER\", then log in again"
        case .busy where holders.isEmpty: "another program uses it; which one, root can see: sudo fuser -v \(path)"
        case .busy: "used by " + holders.joined(separator: " and ")
        case .disconnected: "the camera has been unplugged, or its driver isn't there"
        case .unsupported: "it is no V4L2 camera; `mien devices` lists those that are"
        case .noBandwidth:
            "the USB bus has too little bandwidth left: try --format mjpeg, a smaller --size, or another port"
        case .failed: nil
        }
    }
}

/// Lets a code stand as a pattern.
public func ~= (code: CameraError.Code, error: any Error) -> Bool { (error as? CameraError)?.code == code }

extension CaptureError {
    /// For those who read from any kind of source.
    init(_ error: CameraError) {
        let code: Code =
            switch error.code {
            case .notFound, .disconnected: .notFound
            case .notPermitted: .notPermitted
            case .unsupported: .unsupported
            case .busy, .noBandwidth, .failed: .system
            }
        self.init(code, error.description)
    }
}
