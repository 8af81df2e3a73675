import CMienV4L2
import Glibc

/// The system calls that a camera makes: replaced in tests, so that every fault can be tried without a camera.
///
/// As in the kernel, a negative result is an error number with its sign changed.
package protocol CameraCalls: Sendable {
    func open(_ path: String) -> Int32
    func close(_ descriptor: Int32)
    func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer) -> Int32
    /// nil and an error number, or the memory.
    func map(_ descriptor: Int32, length: Int, offset: Int) -> (memory: UnsafeMutableRawPointer?, error: Int32)
    func unmap(_ memory: UnsafeMutableRawPointer, length: Int)
    /// Waits until `descriptor` (-1: nothing) is ready to be read, `interruption` too, or the time is over.
    func poll(_ descriptor: Int32, interruption: Int32, milliseconds: Int32) -> Readiness
    /// Seconds on `CLOCK_MONOTONIC`.
    func clock() -> Double
    /// The paths of all V4L2 nodes for video, in any order.
    func videoNodes() -> [String]
    /// Other processes that have `path` open, as "firefox (process 4711)"; only those that this user may look into.
    func holders(of path: String) -> [String]
}

/// How a wait ended.
package enum Readiness: Sendable {
    /// With `POLLIN`, `POLLERR`, `POLLHUP` ... in it.
    case ready(Int16)
    case timeout
    case interrupted
}

/// The calls themselves.
package struct SystemCalls: CameraCalls {
    package init() {}

    package func open(_ path: String) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        return descriptor < 0 ? -errno : descriptor
    }

    package func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    package func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer) -> Int32 {
        mien_ioctl(descriptor, request, argument)
    }

    package func map(_ descriptor: Int32, length: Int, offset: Int) -> (memory: UnsafeMutableRawPointer?, error: Int32)
    {
        let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset)
        return memory == MAP_FAILED ? (nil, errno) : (memory, 0)
    }

    package func unmap(_ memory: UnsafeMutableRawPointer, length: Int) { munmap(memory, length) }

    package func poll(_ descriptor: Int32, interruption: Int32, milliseconds: Int32) -> Readiness {
        let events = Int16(POLLIN)
        let pair = (
            pollfd(fd: descriptor, events: events, revents: 0), pollfd(fd: interruption, events: events, revents: 0)
        )
        return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { both in
            both[0] = pair.0
            both[1] = pair.1
            // An interrupted wait counts as one that is over: who waits looks at the clock anyway.
            guard Glibc.poll(both.baseAddress, 2, milliseconds) > 0 else { return .timeout }
            return both[1].revents != 0 ? .interrupted : .ready(both[0].revents)
        }
    }

    package func clock() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    package func videoNodes() -> [String] {
        Self.names(in: "/dev").filter { $0.hasPrefix("video") && Int($0.dropFirst(5)) != nil }.map { "/dev/" + $0 }
    }

    package func holders(of path: String) -> [String] {
        Self.names(in: "/proc").compactMap(Int32.init).filter { $0 != getpid() }.sorted().compactMap { process in
            let folder = "/proc/\(process)"
            guard Self.names(in: folder + "/fd").contains(where: { Self.target("\(folder)/fd/\($0)") == path }) else {
                return nil
            }
            return "\(Self.line(folder + "/comm") ?? "a program") (process \(process))"
        }
    }

    /// What is in a folder; nothing where it can't be read. (`opendir`, `readdir`)
    private static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// Where a link leads. (`readlink`)
    private static func target(_ link: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(link, base, buffer.count)
            return count < 0 ? nil : String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
        }
    }

    /// The first line of a small file. (`open`, `read`)
    private static func line(_ path: String) -> String? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            return count < 0 ? nil : String(decoding: buffer.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
        }
    }
}
