/// What happens to a camera on the way: each is to be told once, when it comes.
public enum CameraEvent: Sendable, CustomStringConvertible {
    /// Unplugged. The source waits until the same camera is back.
    case disconnected(CameraDevice)
    /// No frame for that many seconds. The source starts the stream again, and again, until there is one.
    case stalled(CameraDevice, seconds: Double)
    /// The stream broke off, or could not be started again. The source goes on trying.
    case failed(CameraDevice, CameraError)
    /// Frames come again, after that many seconds without.
    case resumed(CameraDevice, seconds: Double)

    public var description: String {
        switch self {
        case .disconnected(let camera):
            "\(camera.path): \"\(camera.name)\" has been unplugged; waiting for it at \(camera.bus)"
        case .stalled(let camera, let seconds):
            "\(camera.path): no usable frame from \"\(camera.name)\" for \(Self.rounded(seconds)) s; starting it again"
        case .failed(_, let error): "\(error.description); trying again"
        case .resumed(let camera, let seconds):
            "\(camera.path): frames come from \"\(camera.name)\" again, after \(Self.rounded(seconds)) s"
        }
    }

    private static func rounded(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
