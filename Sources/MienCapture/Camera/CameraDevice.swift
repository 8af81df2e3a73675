import CMienV4L2
import Glibc
import MienSystem

/// A camera that is plugged in.
public struct CameraDevice: Hashable, Sendable {
    /// The node: `/dev/video0`. Another one, maybe, after it was plugged in again.
    public let path: String
    /// What the camera calls itself.
    public let name: String
    /// Where it is plugged in, the same each time: `usb-0000:00:14.0-1`.
    public let bus: String
    /// The driver's name.
    public let driver: String
    /// Counts from 0 among the cameras of one `bus`: a webcam may have a second, infrared one.
    public private(set) var ordinal = 0

    /// Asks an open node who it is. Throws `unsupported` where it is no camera that streams. (`VIDIOC_QUERYCAP`)
    init(_ node: VideoNode) throws(CameraError) {
        let capability = try node.capability()
        path = node.path
        name = text(capability.card)
        bus = text(capability.bus_info)
        driver = text(capability.driver)

        // `capabilities` is the whole device's, `device_caps` this node's.
        let own = capability.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0
        let can = own ? capability.device_caps : capability.capabilities
        func lacks(_ flags: Int32...) -> Bool { flags.allSatisfy { can & UInt32(bitPattern: $0) == 0 } }
        if lacks(V4L2_CAP_VIDEO_CAPTURE) {
            let what =
                if !lacks(V4L2_CAP_META_CAPTURE) {
                    "gives metadata of \"\(name)\", no pictures"
                } else if !lacks(V4L2_CAP_VIDEO_CAPTURE_MPLANE) {
                    "gives pictures whose planes lie in separate buffers, which mien can't read"
                } else {
                    "is no camera, but another video device (\"\(name)\")"
                }
            throw CameraError(.unsupported, path, "\(path) \(what); `mien devices` lists the cameras")
        }
        if lacks(V4L2_CAP_STREAMING) {
            throw CameraError(.unsupported, path, "\(path): the driver \(driver) can't stream into memory")
        }
    }

    /// All cameras, in the order of their nodes' numbers. Nodes that can't be opened or are none are left out.
    public static func all() -> [CameraDevice] { scan(SystemCalls()).cameras }

    /// The cameras, and of all other nodes why they are none.
    package static func scan(_ calls: any CameraCalls) -> (cameras: [CameraDevice], others: [CameraError]) {
        var cameras: [CameraDevice] = []
        var others: [CameraError] = []
        for path in calls.videoNodes().sorted(by: { number(of: $0) < number(of: $1) }) {
            do throws(CameraError) {
                var camera = try CameraDevice(VideoNode(path, calls: calls))
                camera.ordinal = cameras.count { $0.bus == camera.bus }
                cameras.append(camera)
            } catch {
                others.append(error)
            }
        }
        return (cameras, others)
    }

    /// Where a path leads that may be a link, such as those in `/dev/v4l/by-id`. (`realpath`)
    private static func resolved(_ path: String) -> String { realPath(path) ?? path }

    private static func number(of path: String) -> Int { Int(path.drop { !$0.isNumber }) ?? 0 }

    /// The camera that `wanted` names: a path, a number (2 is `/dev/video2`), a bus, a part of a name; nil: the first.
    public static func find(_ wanted: String?) throws(CameraError) -> CameraDevice { try find(wanted, SystemCalls()) }

    /// The same with other system calls.
    package static func find(_ wanted: String?, _ calls: any CameraCalls) throws(CameraError) -> CameraDevice {
        let path =
            switch wanted {
            case let wanted? where wanted.contains("/"): resolved(wanted)
            case let wanted? where Int(wanted) != nil: "/dev/video\(wanted)"
            default: String?.none
            }
        let (cameras, others) = scan(calls)
        if let path {
            if let camera = cameras.first(where: { $0.path == path }) { return camera }
            // Not among /dev/video*, or none: the node itself says why.
            return try CameraDevice(VideoNode(path, calls: calls))
        }
        guard let wanted else {
            if let first = cameras.first { return first }
            throw none(others)
        }
        let exact = cameras.filter { $0.bus == wanted || $0.name == wanted }
        let alike = cameras.filter { $0.bus.containsIgnoringCase(wanted) || $0.name.containsIgnoringCase(wanted) }
        let matches = exact.isEmpty ? alike : exact
        guard let match = matches.first else {
            throw CameraError(
                .notFound, wanted,
                "no camera is named like \"\(wanted)\": there \(listed(cameras)) (see `mien devices`)")
        }
        guard matches.allSatisfy({ $0.bus == match.bus }) else {
            throw CameraError(
                .notFound, wanted,
                "several cameras are named like \"\(wanted)\": \(listed(matches)); give a path or a bus")
        }
        return match
    }

    /// The same camera where it is now; nil while it is unplugged.
    func found(_ calls: any CameraCalls) -> CameraDevice? {
        Self.scan(calls).cameras.first { $0.bus == bus && $0.ordinal == ordinal }
    }

    private static func none(_ others: [CameraError]) -> CameraError {
        if let locked = others.first(where: { $0.code == .notPermitted }) { return locked }
        let seen =
            others.isEmpty
            ? "there is no /dev/video*" : others.map(\.description).joined(separator: "; ")
        return CameraError(
            .notFound, "/dev/video*", "no camera found: \(seen) (is it plugged in? `mien demo` needs no camera)")
    }

    private static func listed(_ cameras: [CameraDevice]) -> String {
        cameras.isEmpty
            ? "is none" : "are " + cameras.map { "\($0.path) \"\($0.name)\" at \($0.bus)" }.joined(separator: ", ")
    }
}

extension String {
    fileprivate func containsIgnoringCase(_ part: String) -> Bool {
        let (all, part) = (Array(lowercased().utf8), Array(part.lowercased().utf8))
        guard !part.isEmpty, all.count >= part.count else { return false }
        return (0...all.count - part.count).contains { all[$0...].starts(with: part) }
    }
}
