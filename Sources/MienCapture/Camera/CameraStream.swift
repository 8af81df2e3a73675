import CMienV4L2
import Glibc

/// What became of the frames of a camera.
public struct CameraCounters: Hashable, Sendable {
    /// Handed on.
    public var delivered = 0
    /// Left out for a newer one that was there already.
    public var stale = 0
    /// Missing in the driver's count: it had no room for them, or the camera sent them broken.
    public var lost = 0
    /// Marked as faulty by the driver, and left out.
    public var flagged = 0
    /// Damaged or not whole, as JPEGs are at times, and left out.
    public var damaged = 0

    public init() {}
}

/// One run of a camera, from negotiation to its end: buffers shared with the driver, filled in turn.
///
/// However it ends, all is undone in the reverse order: the stream, the mappings, the buffers, the node.
final class CameraStream {
    /// How a wait for a frame ended.
    enum Outcome { case frame, silence, interrupted }

    /// As the driver settled it.
    private(set) var mode: CameraMode
    private let node: VideoNode
    private let calls: any CameraCalls
    private let interruption: Interruption
    private var converter: LumaConverter?
    /// Whether frames carry their pictures as they come.
    var keepsPictures = false
    private var buffers: [UnsafeMutableRawBufferPointer] = []
    private var hasBuffers = false
    private var isOn = false
    private var lastSequence: UInt32?
    /// Comes to light while a good frame is in hand, and is thrown afterwards.
    private var pending: CameraError?

    /// Four: one being filled, one being read, two in between for when we are late.
    private static let bufferCount: UInt32 = 4

    /// The kernel's VIDEO_MAX_FRAME.
    private static let mostBuffers: UInt32 = 32
    /// Anyone who sends larger pictures than this means something else: four times 8K.
    private static let largestSide: UInt32 = 16384
    private static let mostPixels: UInt32 = 1 << 27

    /// Negotiates with an open node and starts the stream.
    init(_ node: VideoNode, _ wish: CameraWish, interruption: Interruption) throws(CameraError) {
        (self.node, self.interruption, calls) = (node, interruption, node.calls)
        let formats = try node.formats()
        guard let mode = CameraMode.best(of: formats, for: wish) else {
            let offered = formats.map { PixelFormat($0.fourCC).names[0] }.joined(separator: ", ")
            let wanted = wish.format.map { " in \($0.names[0])" } ?? ""
            throw CameraError(
                .unsupported, node.path,
                "\(node.path) gives no pictures\(wanted): it has \(offered.isEmpty ? "no format at all" : offered)")
        }
        self.mode = mode
        converter = try LumaConverter(try settleFormat(), descriptor: node.descriptor, path: node.path)
        try settleRate()
        try makeBuffers()
        for index in buffers.indices { try queue(UInt32(index)) }
        var type = Self.type
        try node.perform(.streamOn, &type, to: "start streaming on")
        isOn = true
    }

    deinit { tearDown() }

    private static let type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue

    /// Sets format and size, which the driver may change to what it can. (`VIDIOC_S_FMT`)
    private func settleFormat() throws(CameraError) -> RawLayout {
        var format = v4l2_format()
        format.type = Self.type
        format.fmt.pix.pixelformat = mode.format.rawValue
        format.fmt.pix.width = UInt32(mode.width)
        format.fmt.pix.height = UInt32(mode.height)
        format.fmt.pix.field = V4L2_FIELD_NONE.rawValue
        try node.perform(.setFormat, &format, to: "set \(mode.format) \(mode.width)x\(mode.height) on")
        let settled = format.fmt.pix
        let sides = UInt32(1)...Self.largestSide
        guard sides.contains(settled.width), sides.contains(settled.height),
            settled.width * settled.height <= Self.mostPixels
        else {
            throw CameraError(
                .unsupported, node.path,
                "\(node.path): the driver offers pictures of \(settled.width)x\(settled.height)")
        }
        mode.format = FourCC(rawValue: settled.pixelformat)
        (mode.width, mode.height) = (Int(settled.width), Int(settled.height))
        return RawLayout(settled)
    }

    /// Asks for the rate. Drivers that have but one don't know the request. (`VIDIOC_S_PARM`)
    private func settleRate() throws(CameraError) {
        guard let interval = mode.interval else { return }
        var parameters = v4l2_streamparm()
        parameters.type = Self.type
        parameters.parm.capture.timeperframe = v4l2_fract(
            numerator: interval.numerator, denominator: interval.denominator)
        guard try node.step(.setParameters, &parameters, to: "set the frame rate of") else { return }
        let settled = parameters.parm.capture.timeperframe
        if settled.numerator > 0, settled.denominator > 0 {
            mode.interval = FrameInterval(settled.numerator, settled.denominator)
        }
    }

    /// Has the driver make buffers, and maps them. (`VIDIOC_REQBUFS`, `VIDIOC_QUERYBUF`, `mmap`)
    private func makeBuffers() throws(CameraError) {
        var request = v4l2_requestbuffers()
        request.count = Self.bufferCount
        request.type = Self.type
        request.memory = V4L2_MEMORY_MMAP.rawValue
        try node.perform(.requestBuffers, &request, to: "get buffers from")
        hasBuffers = true
        guard request.count > 0 else {
            throw CameraError(.failed, node.path, "cannot get buffers from \(node.path): the driver has none left")
        }
        guard request.count <= Self.mostBuffers else {
            throw CameraError(
                .unsupported, node.path, "\(node.path): the driver says that it has \(request.count) buffers")
        }
        for index in 0..<request.count {
            var buffer = Self.buffer(index)
            try node.perform(.queryBuffer, &buffer, to: "get buffers from")
            let length = Int(buffer.length)
            let (memory, error) = calls.map(node.descriptor, length: length, offset: Int(buffer.m.offset))
            guard let memory else { throw CameraError("mmap", error, path: node.path, to: "map the buffers of") }
            buffers.append(UnsafeMutableRawBufferPointer(start: memory, count: length))
        }
    }

    private static func buffer(_ index: UInt32) -> v4l2_buffer {
        var buffer = v4l2_buffer()
        buffer.index = index
        buffer.type = type
        buffer.memory = V4L2_MEMORY_MMAP.rawValue
        return buffer
    }

    /// Gives a buffer to the driver, to be filled. (`VIDIOC_QBUF`)
    private func queue(_ index: UInt32) throws(CameraError) {
        var buffer = Self.buffer(index)
        try node.perform(.queueBuffer, &buffer, to: "give a buffer back to")
    }

    /// Takes a filled buffer; nil where there is none yet. (`VIDIOC_DQBUF`)
    private func dequeue() throws(CameraError) -> v4l2_buffer? {
        var buffer = Self.buffer(0)
        switch node.call(.dequeueBuffer, &buffer) {
        case 0:
            guard buffers.indices.contains(Int(buffer.index)) else {
                throw CameraError(
                    .failed, node.path, "\(node.path): the driver gave buffer \(buffer.index), which it never had")
            }
            return buffer
        case EAGAIN: return nil
        // What a wait for a frame gets when the camera is unplugged meanwhile.
        case EINVAL where !node.isThere: throw node.failure(.dequeueBuffer, ENODEV, to: "read from")
        case let error: throw node.failure(.dequeueBuffer, error, to: "read from")
        }
    }

    /// Waits for a frame until `deadline`, and reads the newest one into `frame`, of which number and time stay.
    ///
    /// `frame.captured` is the driver's stamp where that makes sense, else when the frame came here.
    func next(
        into frame: inout Frame, until deadline: Double, counting counters: inout CameraCounters
    ) throws(CameraError) -> Outcome {
        if let pending { throw pending }
        while true {
            let left = deadline - calls.clock()
            guard left > 0 else { return .silence }
            let events: Int16
            switch calls.poll(
                node.descriptor, interruption: interruption.descriptor,
                milliseconds: Int32((min(left, 1) * 1000).rounded(.up)))
            {
            case .interrupted: return .interrupted
            case .timeout: continue
            case .ready(let ready): events = ready
            }
            guard var buffer = try dequeue() else {
                // An error that no request tells of would have us turn in circles.
                if events & Int16(POLLIN) == 0 {
                    throw node.failure(.dequeueBuffer, node.isThere ? EIO : ENODEV, to: "read from")
                }
                continue
            }
            count(buffer, &counters)
            buffer = newest(after: buffer, &counters)
            let arrival = calls.clock()
            let isGood = try read(buffer, into: &frame, &counters)
            do { try queue(buffer.index) } catch { pending = error }
            if isGood {
                frame.arrival = arrival
                frame.captured = stamp(buffer, arrival: arrival)
                counters.delivered += 1
                return .frame
            }
            if let pending { throw pending }
        }
    }

    /// Goes on to the last buffer that is filled, giving back those before. A failure is kept for the next call.
    private func newest(after first: v4l2_buffer, _ counters: inout CameraCounters) -> v4l2_buffer {
        var last = first
        do {
            while let next = try dequeue() {
                count(next, &counters)
                counters.stale += 1
                try queue(last.index)
                last = next
            }
        } catch {
            pending = error
        }
        return last
    }

    /// Sees gaps in the driver's count, which may start again from 0 at its end.
    private func count(_ buffer: v4l2_buffer, _ counters: inout CameraCounters) {
        defer { lastSequence = buffer.sequence }
        guard let lastSequence else { return }
        let step = buffer.sequence &- lastSequence
        // More than that is a new count, not a gap: a minute at 60 frames a second.
        if (2...3600).contains(step) { counters.lost += Int(step) - 1 }
    }

    private func read(
        _ buffer: v4l2_buffer, into frame: inout Frame, _ counters: inout CameraCounters
    ) throws(CameraError) -> Bool {
        if Int32(bitPattern: buffer.flags) & V4L2_BUF_FLAG_ERROR != 0 {
            counters.flagged += 1
            return false
        }
        let memory = buffers[Int(buffer.index)]
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory).prefix(Int(buffer.bytesused)))
        guard let converter, try converter.convert(bytes, into: &frame.luma) else {
            counters.damaged += 1
            return false
        }
        if keepsPictures { converter.keep(bytes, in: &frame.stored) }
        return true
    }

    /// The driver's stamp in seconds, where it is of our clock and near enough to be meant; else `arrival`.
    private func stamp(_ buffer: v4l2_buffer, arrival: Double) -> Double {
        let kind = Int32(bitPattern: buffer.flags) & V4L2_BUF_FLAG_TIMESTAMP_MASK
        guard kind == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC else { return arrival }
        let stamp = Double(buffer.timestamp.tv_sec) + Double(buffer.timestamp.tv_usec) / 1e6
        return (-5...0.1).contains(stamp - arrival) ? stamp : arrival
    }

    /// Whether the camera is still plugged in.
    var isThere: Bool { node.isThere }

    /// Ends the stream, unmaps and gives back the buffers. (`VIDIOC_STREAMOFF`, `munmap`, `VIDIOC_REQBUFS` of 0)
    ///
    /// Failures don't matter: the camera may be gone, and the node is closed next.
    private func tearDown() {
        if isOn {
            var type = Self.type
            _ = node.call(.streamOff, &type)
        }
        for buffer in buffers { if let memory = buffer.baseAddress { calls.unmap(memory, length: buffer.count) } }
        if hasBuffers {
            var request = v4l2_requestbuffers()
            request.type = Self.type
            request.memory = V4L2_MEMORY_MMAP.rawValue
            _ = node.call(.requestBuffers, &request)
        }
    }
}
