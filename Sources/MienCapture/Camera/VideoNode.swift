import CMienV4L2
import Glibc

/// A request to a driver, with its name for messages.
struct Request: Sendable {
    let number: UInt
    let name: String

    static let queryCapability = Request(number: mien_VIDIOC_QUERYCAP, name: "VIDIOC_QUERYCAP")
    static let nextFormat = Request(number: mien_VIDIOC_ENUM_FMT, name: "VIDIOC_ENUM_FMT")
    static let nextSize = Request(number: mien_VIDIOC_ENUM_FRAMESIZES, name: "VIDIOC_ENUM_FRAMESIZES")
    static let nextInterval = Request(number: mien_VIDIOC_ENUM_FRAMEINTERVALS, name: "VIDIOC_ENUM_FRAMEINTERVALS")
    static let getFormat = Request(number: mien_VIDIOC_G_FMT, name: "VIDIOC_G_FMT")
    static let setFormat = Request(number: mien_VIDIOC_S_FMT, name: "VIDIOC_S_FMT")
    static let setParameters = Request(number: mien_VIDIOC_S_PARM, name: "VIDIOC_S_PARM")
    static let requestBuffers = Request(number: mien_VIDIOC_REQBUFS, name: "VIDIOC_REQBUFS")
    static let queryBuffer = Request(number: mien_VIDIOC_QUERYBUF, name: "VIDIOC_QUERYBUF")
    static let queueBuffer = Request(number: mien_VIDIOC_QBUF, name: "VIDIOC_QBUF")
    static let dequeueBuffer = Request(number: mien_VIDIOC_DQBUF, name: "VIDIOC_DQBUF")
    static let streamOn = Request(number: mien_VIDIOC_STREAMON, name: "VIDIOC_STREAMON")
    static let streamOff = Request(number: mien_VIDIOC_STREAMOFF, name: "VIDIOC_STREAMOFF")
    static let queryControl = Request(number: mien_VIDIOC_QUERYCTRL, name: "VIDIOC_QUERYCTRL")
    static let queryMenu = Request(number: mien_VIDIOC_QUERYMENU, name: "VIDIOC_QUERYMENU")
    static let getControl = Request(number: mien_VIDIOC_G_CTRL, name: "VIDIOC_G_CTRL")
    static let setControl = Request(number: mien_VIDIOC_S_CTRL, name: "VIDIOC_S_CTRL")
}

/// An open V4L2 node; closed with the last reference to it. All requests go through `call`.
final class VideoNode {
    let path: String
    let descriptor: Int32
    let calls: any CameraCalls

    /// Opens a node, without waiting in later requests. (`open`)
    init(_ path: String, calls: any CameraCalls) throws(CameraError) {
        (self.path, self.calls) = (path, calls)
        var result: Int32
        repeat { result = calls.open(path) } while result == -EINTR
        descriptor = result
        if result < 0 { throw CameraError("open", -result, path: path, to: "open") }
    }

    deinit { if descriptor >= 0 { calls.close(descriptor) } }

    /// Signals that interrupt a request in a row before it is taken for one that fails: no program gets so many.
    private static let mostInterruptions = 100

    /// Issues a request, again where a signal interrupts it. Returns 0 or the error number. (`ioctl`)
    func call<Argument>(_ request: Request, _ argument: inout Argument) -> Int32 {
        withUnsafeMutablePointer(to: &argument) { argument in
            for _ in 0..<Self.mostInterruptions {
                let result = calls.ioctl(descriptor, request.number, argument)
                if result >= 0 { return 0 }
                if result != -EINTR { return -result }
            }
            return EINTR
        }
    }

    /// Issues a request that has to succeed; `purpose` completes "cannot ... PATH" in the message.
    func perform<Argument>(
        _ request: Request, _ argument: inout Argument, to purpose: String
    ) throws(CameraError) {
        let error = call(request, &argument)
        if error != 0 { throw failure(request, error, to: purpose) }
    }

    /// Issues a request that walks a list. False at the list's end, and where the driver has no such list.
    func step<Argument>(_ request: Request, _ argument: inout Argument, to purpose: String) throws(CameraError) -> Bool
    {
        switch call(request, &argument) {
        case 0: return true
        case EINVAL, ENOTTY, ENODATA: return false
        case let error: throw failure(request, error, to: purpose)
        }
    }

    func failure(_ request: Request, _ error: Int32, to purpose: String) -> CameraError {
        CameraError(
            request.name, error, path: path, to: purpose, holders: error == EBUSY ? calls.holders(of: path) : [])
    }

    /// Who and what the node is. (`VIDIOC_QUERYCAP`)
    func capability() throws(CameraError) -> v4l2_capability {
        var capability = v4l2_capability()
        try perform(.queryCapability, &capability, to: "use")
        return capability
    }

    /// Whether the device is still plugged in. (`VIDIOC_QUERYCAP`)
    var isThere: Bool {
        var capability = v4l2_capability()
        return call(.queryCapability, &capability) != ENODEV
    }
}

/// Drivers' texts: bytes up to the first 0, or all of them.
func text<Bytes>(_ bytes: Bytes) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
