import CMienV4L2
import Glibc

@testable import MienCapture

extension Harness {
    /// A driver that says anything at all.
    static let camera = Harness(
        name: "camera", seeds: { (1...40).map { noise(1500, seed: $0) } },
        run: { bytes in
            let driver = NonsenseDriver(bytes)
            var options = CameraSource.Options()
            options.controls = [("brightness", "3"), ("power_line_frequency", "50 Hz")]
            // Twice: with and without controls.
            for controls in [options.controls, []] {
                options.controls = controls
                guard
                    let source = try? CameraSource(
                        "/dev/video0", options, interruption: driver.interruption, calls: driver, report: { _ in })
                else { continue }
                var frame = Frame()
                while (try? source.read(into: &frame)) == true {}
            }
            if let camera = CameraDevice.scan(driver).cameras.first {
                _ = try? VideoNode(camera.path, calls: driver).formats()
                _ = try? VideoNode(camera.path, calls: driver).controls()
            }
            if driver.leaks != 0 { fatalError("\(driver.leaks) mappings are left") }
        })
}

/// Answers every request with the input's bytes, and says that it went well more often than not. When there are no more
/// bytes, it begins again, and when it has been asked too often, the camera's reader is told to stop.
private final class NonsenseDriver: CameraCalls, @unchecked Sendable {  // safe: one thread
    let interruption = Interruption()
    private let bytes: [UInt8]
    private var position = 0
    private var time = 100.0
    private var waits = 0
    private var requests = 0
    private var mappings: [UnsafeMutableRawPointer: Int] = [:]

    /// More than all of a camera's lists take, however often it is opened in between.
    private static let mostRequests = 2_000_000

    init(_ bytes: [UInt8]) { self.bytes = bytes.isEmpty ? [0] : bytes }

    var leaks: Int { mappings.count }

    private func byte() -> UInt8 {
        defer { position = (position + 1) % bytes.count }
        return bytes[position]
    }

    func open(_ path: String) -> Int32 { 10 }
    func close(_ descriptor: Int32) {}

    func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer) -> Int32 {
        requests += 1
        if requests > Self.mostRequests { fatalError("it never stops asking") }
        let kind = byte()
        if kind < 40 { return -Int32([EINVAL, EIO, EAGAIN, ENODEV, EBUSY, EINTR, ENOTTY, ENOSPC][Int(kind) % 8]) }
        // As the driver was asked, or as the bytes want it. The size of the argument is in the request's number.
        if kind < 80 { return 0 }
        let size = Int(request >> 16 & 0x3FFF)
        for place in 0..<size where kind < 120 || byte() < 64 {
            argument.storeBytes(of: byte(), toByteOffset: place, as: UInt8.self)
        }
        if request == mien_VIDIOC_QUERYCAP, kind < 250 {
            let answer = argument.assumingMemoryBound(to: v4l2_capability.self)
            answer.pointee.capabilities = UInt32(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)
        }
        return 0
    }

    func map(_ descriptor: Int32, length: Int, offset: Int) -> (memory: UnsafeMutableRawPointer?, error: Int32) {
        // The kernel gives no more than the driver has, and nothing of no length.
        guard (1...1 << 16).contains(length) else { return (nil, EINVAL) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 7, count: length)
        mappings[memory] = length
        return (memory, 0)
    }

    func unmap(_ memory: UnsafeMutableRawPointer, length: Int) {
        guard mappings.removeValue(forKey: memory) == length else { fatalError("another mapping is undone") }
        memory.deallocate()
    }

    func poll(_ descriptor: Int32, interruption: Int32, milliseconds: Int32) -> Readiness {
        waits += 1
        if waits > 60 { return .interrupted }
        time += Double(max(milliseconds, 1)) / 1000
        let kind = byte()
        return kind < 30 ? .timeout : .ready(kind < 40 ? Int16(POLLERR) : Int16(POLLIN))
    }

    func clock() -> Double { time }
    func videoNodes() -> [String] { ["/dev/video0", "/dev/video7"] }
    func holders(of path: String) -> [String] { [] }
}
