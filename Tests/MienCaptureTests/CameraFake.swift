import CMienV4L2
import Glibc
import MienCapture

/// A computer with webcams, made of numbers: time passes only in waits, frames come every 1/30 s, faults on demand.
final class FakeComputer: CameraCalls, @unchecked Sendable {  // safe: a test has its own, and one thread
    struct Node {
        var name = "Fake Cam"
        var bus = "usb-1"
        var capabilities = UInt32(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)
        var isLocked = false
    }

    /// What the next frame is like.
    struct Picture {
        var flags = UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        /// Frames that are lost before it.
        var lost: UInt32 = 0
        /// Bytes missing at its end.
        var missing = 0
        /// How far the driver's stamp is off.
        var stampError = 0.0
        /// Instead of the frame's number everywhere.
        var bytes: [UInt8]?
    }

    struct World {
        var nodes = ["/dev/video0": Node()]
        var formats = [(letters: "YUYV", size: (64, 48), bytes: 64 * 48 * 2)]
        /// Errors that the next calls of that name meet.
        var faults: [String: [Int32]] = [:]
        var isFrozen = false
        /// Frames that wait in the driver when one is there.
        var backlog = 1
        var pictures: [Picture] = []
        var readiness = Int16(POLLIN)
        /// Whether lists of formats, sizes, rates and controls have no end.
        var isEndless = false
        /// How often a signal interrupts each request before it gets its answer, and how often the one under way has been.
        var interruptions = 0
        var interrupted = 0
        /// Instead of what is asked for.
        var bufferCount: UInt32?
        var requests = 0
        var holders: [String] = []
        /// What happens at which time.
        var schedule: [(time: Double, change: (inout World) -> Void)] = []

        var time = 100.0
        var log: [String] = []
        var sequence: UInt32 = 0
        var files: [Int32: String] = [:]
        var mappings: [UnsafeMutableRawBufferPointer] = []
        var queued: [Int32: [UInt32]] = [:]
        var streaming: Set<Int32> = []
        var ready = 0
        var controls: [UInt32: Int32] = [:]

        /// Descriptors and mappings that nobody has given back.
        var leaks: Int { files.count + mappings.count }
    }

    private(set) var world = World()

    func change<Value>(_ body: (inout World) -> Value) -> Value { body(&world) }

    // MARK: the calls

    func open(_ path: String) -> Int32 {
        change { world in
            if let error = world.fault("open") { return -error }
            guard let node = world.nodes[path] else { return -ENOENT }
            if node.isLocked { return -EACCES }
            let descriptor = (world.files.keys.max() ?? 9) + 1
            world.files[descriptor] = path
            return descriptor
        }
    }

    func close(_ descriptor: Int32) {
        change { world in
            world.log.append("close")
            world.files[descriptor] = nil
            world.queued[descriptor] = nil
            world.streaming.remove(descriptor)
        }
    }

    func map(_ descriptor: Int32, length: Int, offset: Int) -> (memory: UnsafeMutableRawPointer?, error: Int32) {
        change { world in
            if let error = world.fault("mmap") { return (nil, error) }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 64)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: length)
            world.mappings.append(UnsafeMutableRawBufferPointer(start: memory, count: length))
            world.log.append("mmap")
            return (memory, 0)
        }
    }

    func unmap(_ memory: UnsafeMutableRawPointer, length: Int) {
        change { world in
            world.log.append("munmap")
            world.mappings.removeAll { $0.baseAddress == memory }
        }
        memory.deallocate()
    }

    func poll(_ descriptor: Int32, interruption: Int32, milliseconds: Int32) -> Readiness {
        var end = pollfd(fd: interruption, events: Int16(POLLIN), revents: 0)
        if Glibc.poll(&end, 1, 0) > 0 { return .interrupted }
        return change { world in
            let isOn = world.streaming.contains(descriptor) && world.nodes[world.files[descriptor] ?? ""] != nil
            let wait = isOn && !world.isFrozen ? min(Double(milliseconds) / 1000, 1 / 30) : Double(milliseconds) / 1000
            world.time += wait
            while let next = world.schedule.first, next.time <= world.time {
                world.schedule.removeFirst()
                next.change(&world)
            }
            if descriptor >= 0, world.nodes[world.files[descriptor] ?? ""] == nil {
                return .ready(Int16(POLLERR | POLLHUP))
            }
            guard isOn, !world.isFrozen else { return .timeout }
            world.ready = world.backlog
            return .ready(world.readiness)
        }
    }

    func clock() -> Double { world.time }
    func videoNodes() -> [String] { Array(world.nodes.keys) }
    func holders(of path: String) -> [String] { world.holders }

    func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer) -> Int32 {
        let names: [UInt: String] = [
            mien_VIDIOC_QUERYCAP: "QUERYCAP", mien_VIDIOC_ENUM_FMT: "ENUM_FMT", mien_VIDIOC_S_FMT: "S_FMT",
            mien_VIDIOC_ENUM_FRAMESIZES: "ENUM_FRAMESIZES", mien_VIDIOC_ENUM_FRAMEINTERVALS: "ENUM_FRAMEINTERVALS",
            mien_VIDIOC_S_PARM: "S_PARM", mien_VIDIOC_REQBUFS: "REQBUFS", mien_VIDIOC_QUERYBUF: "QUERYBUF",
            mien_VIDIOC_QBUF: "QBUF", mien_VIDIOC_DQBUF: "DQBUF", mien_VIDIOC_STREAMON: "STREAMON",
            mien_VIDIOC_STREAMOFF: "STREAMOFF", mien_VIDIOC_QUERYCTRL: "QUERYCTRL",
            mien_VIDIOC_QUERYMENU: "QUERYMENU", mien_VIDIOC_G_CTRL: "G_CTRL", mien_VIDIOC_S_CTRL: "S_CTRL",
        ]
        return change { world in
            let name = names[request] ?? "?"
            world.requests += 1
            if world.interrupted < world.interruptions {
                world.interrupted += 1
                return -EINTR
            }
            world.interrupted = 0
            if let error = world.fault(name) { return -error }
            guard let path = world.files[descriptor], let node = world.nodes[path] else { return -ENODEV }
            return -world.answer(name, descriptor, node, argument)
        }
    }
}

extension FakeComputer.World {
    fileprivate mutating func fault(_ name: String) -> Int32? {
        guard let error = faults[name]?.first else { return nil }
        faults[name]?.removeFirst()
        return error
    }

    /// What a driver does; 0 or an error number.
    fileprivate mutating func answer(
        _ name: String, _ descriptor: Int32, _ node: FakeComputer.Node, _ argument: UnsafeMutableRawPointer
    ) -> Int32 {
        func the<Type>(_: Type.Type) -> UnsafeMutablePointer<Type> { argument.assumingMemoryBound(to: Type.self) }
        switch name {
        case "QUERYCAP":
            let answer = the(v4l2_capability.self)
            Self.put(node.name, into: &answer.pointee.card)
            Self.put(node.bus, into: &answer.pointee.bus_info)
            answer.pointee.capabilities = UInt32(V4L2_CAP_DEVICE_CAPS)
            answer.pointee.device_caps = node.capabilities
        case "ENUM_FMT":
            let answer = the(v4l2_fmtdesc.self)
            let index = isEndless ? 0 : Int(answer.pointee.index)
            guard formats.indices.contains(index) else { return EINVAL }
            answer.pointee.pixelformat = FourCC(formats[index].letters)?.rawValue ?? 0
        case "ENUM_FRAMESIZES":
            let answer = the(v4l2_frmsizeenum.self)
            guard answer.pointee.index == 0 || isEndless, let format = format(answer.pointee.pixel_format) else {
                return EINVAL
            }
            answer.pointee.type = V4L2_FRMSIZE_TYPE_DISCRETE.rawValue
            answer.pointee.discrete = v4l2_frmsize_discrete(width: UInt32(format.size.0), height: UInt32(format.size.1))
        case "ENUM_FRAMEINTERVALS":
            let answer = the(v4l2_frmivalenum.self)
            guard answer.pointee.index == 0 || isEndless else { return EINVAL }
            answer.pointee.type = V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
            answer.pointee.discrete = v4l2_fract(numerator: 1, denominator: 30)
        case "S_FMT":
            let answer = the(v4l2_format.self)
            guard let format = format(answer.pointee.fmt.pix.pixelformat) else { return EINVAL }
            answer.pointee.fmt.pix.width = UInt32(format.size.0)
            answer.pointee.fmt.pix.height = UInt32(format.size.1)
            answer.pointee.fmt.pix.quantization = V4L2_QUANTIZATION_FULL_RANGE.rawValue
            log.append("S_FMT \(format.letters)")
        case "REQBUFS":
            log.append("REQBUFS \(the(v4l2_requestbuffers.self).pointee.count)")
            if let bufferCount { the(v4l2_requestbuffers.self).pointee.count = bufferCount }
        case "QUERYBUF":
            let answer = the(v4l2_buffer.self)
            answer.pointee.length = UInt32(formats[0].bytes)
        case "QBUF": queued[descriptor, default: []].append(the(v4l2_buffer.self).pointee.index)
        case "DQBUF": return fill(the(v4l2_buffer.self), descriptor)
        case "STREAMON":
            log.append(name)
            streaming.insert(descriptor)
        case "STREAMOFF":
            log.append(name)
            streaming.remove(descriptor)
        case "QUERYCTRL", "QUERYMENU", "G_CTRL", "S_CTRL": return control(name, argument)
        default: break
        }
        return 0
    }

    private func format(_ code: UInt32) -> (letters: String, size: (Int, Int), bytes: Int)? {
        formats.first { FourCC($0.letters)?.rawValue == code }
    }

    private mutating func fill(_ buffer: UnsafeMutablePointer<v4l2_buffer>, _ descriptor: Int32) -> Int32 {
        guard ready > 0, let index = queued[descriptor]?.first else { return EAGAIN }
        ready -= 1
        queued[descriptor]?.removeFirst()
        let picture = pictures.isEmpty ? FakeComputer.Picture() : pictures.removeFirst()
        sequence &+= picture.lost
        buffer.pointee.index = index
        buffer.pointee.sequence = sequence
        buffer.pointee.flags = picture.flags
        buffer.pointee.bytesused = UInt32(formats[0].bytes - picture.missing)
        let stamp = time - 0.01 + picture.stampError
        buffer.pointee.timestamp = timeval(
            tv_sec: Int(stamp), tv_usec: Int(stamp.truncatingRemainder(dividingBy: 1) * 1e6))
        let memory = mappings[mappings.count - 4 + Int(index)]
        if let bytes = picture.bytes {
            precondition(bytes.count <= memory.count, "the fake driver would write beyond its buffer")
            memory.copyBytes(from: bytes)
            buffer.pointee.bytesused = UInt32(bytes.count)
        } else {
            precondition(formats[0].bytes <= memory.count, "the fake driver would write beyond its buffer")
            _ = memory.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: sequence))
        }
        sequence &+= 1
        return 0
    }

    /// A brightness of -10 to 10, a power-line frequency with a gap in its menu, and one that can't be set.
    private mutating func control(_ name: String, _ argument: UnsafeMutableRawPointer) -> Int32 {
        let (brightness, frequency, fixed): (UInt32, UInt32, UInt32) = (100, 200, 300)
        switch name {
        case "QUERYCTRL":
            let answer = argument.assumingMemoryBound(to: v4l2_queryctrl.self)
            let after = answer.pointee.id & ~UInt32(V4L2_CTRL_FLAG_NEXT_CTRL)
            guard let id = [brightness, frequency, fixed].first(where: { $0 > after }) else { return EINVAL }
            answer.pointee = v4l2_queryctrl()
            answer.pointee.id = id
            answer.pointee.minimum = id == brightness ? -10 : 0
            answer.pointee.maximum = id == frequency ? 2 : 10
            let menu = id == frequency
            answer.pointee.type = (menu ? V4L2_CTRL_TYPE_MENU : V4L2_CTRL_TYPE_INTEGER).rawValue
            answer.pointee.flags = id == fixed ? UInt32(V4L2_CTRL_FLAG_READ_ONLY) : 0
            let names = [brightness: "Brightness", frequency: "Power Line Frequency", fixed: "Serial, fixed"]
            Self.put(names[id] ?? "", into: &answer.pointee.name)
        case "QUERYMENU":
            let answer = argument.assumingMemoryBound(to: v4l2_querymenu.self)
            guard answer.pointee.index != 1 else { return EINVAL }
            withUnsafeMutableBytes(of: &answer.pointee) { bytes in
                let text = Array((answer.pointee.index == 0 ? "Disabled" : "60 Hz").utf8) + [0]
                for (index, byte) in text.enumerated() { bytes[8 + index] = byte }
            }
        case "G_CTRL":
            let answer = argument.assumingMemoryBound(to: v4l2_control.self)
            answer.pointee.value = controls[answer.pointee.id] ?? 0
        default:
            let answer = argument.assumingMemoryBound(to: v4l2_control.self)
            controls[answer.pointee.id] = answer.pointee.value
        }
        return 0
    }

    private static func put<Field>(_ text: String, into field: inout Field) {
        withUnsafeMutableBytes(of: &field) { bytes in
            for (index, byte) in (Array(text.utf8) + [0]).prefix(bytes.count).enumerated() { bytes[index] = byte }
        }
    }
}
