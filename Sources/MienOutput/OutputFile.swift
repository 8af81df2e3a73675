import Glibc
public import Mien
import MienSystem

/// A file, a pipe or a terminal that results are written to.
///
/// What is written waits in memory until there is enough of it, or, where somebody watches, until the frame is complete.
/// A file that there is no room for ends with the last whole frame. A program that uses this ignores SIGPIPE and SIGXFSZ,
/// so that a closed pipe and a file of the largest size allowed are errors here and not the program's end.
public final class OutputFile {
    /// What messages call it.
    let name: String
    private var descriptor: Int32
    private let isOwned: Bool
    /// Whether somebody may wait for every frame: at a terminal, or at the other end of a pipe.
    private let isWatched: Bool
    /// Lines not written yet.
    var text = Text()
    /// How much of `text` is whole frames: after each of them.
    private var frameEnds: [Int] = []

    private static let enough = 1 << 16

    /// Creates the file at `path`, or empties it; `-` is standard output.
    public convenience init(_ path: String) throws(SinkError) {
        if path == "-" {
            self.init(STDOUT_FILENO, name: "standard output", isOwned: false)
            return
        }
        try self.init(path, flags: O_TRUNC, mode: 0o666)
    }

    /// Creates the file at `path` for this user alone; a file that is there already is an error.
    convenience init(new path: String) throws(SinkError) { try self.init(path, flags: O_EXCL, mode: 0o600) }

    /// Creates the file at `path` for this user alone, or empties it and makes it theirs alone. `-` is standard output.
    public convenience init(private path: String) throws(SinkError) {
        if path == "-" { try self.init(path) } else { try self.init(path, flags: O_TRUNC, mode: 0o600) }
    }

    private convenience init(_ path: String, flags: Int32, mode: mode_t) throws(SinkError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode)
        if descriptor < 0 { throw SinkError("cannot create \(path)", code: errno) }
        if mode & 0o077 == 0 { makePrivate(descriptor) }
        self.init(descriptor, name: path, isOwned: true)
    }

    /// Standard error.
    public static func standardError() -> OutputFile {
        OutputFile(STDERR_FILENO, name: "standard error", isOwned: false)
    }

    private init(_ descriptor: Int32, name: String, isOwned: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.isOwned = isOwned
        var status = stat()
        isWatched = fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG
    }

    deinit { if isOwned, descriptor >= 0 { Glibc.close(descriptor) } }

    /// Whether the other end of a pipe has been closed, or a terminal. (`poll`)
    var isForsaken: Bool {
        guard isWatched else { return false }
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) > 0 && Int32(state.revents) & (POLLERR | POLLHUP) != 0
    }

    /// To be called after each frame, or whatever else is whole in itself. A live source's are not to wait: they come slowly,
    /// and may be watched anywhere.
    func endFrame(isLive: Bool = false) throws(SinkError) {
        if !isWatched { frameEnds.append(text.bytes.count) }
        if isWatched || isLive || text.bytes.count >= Self.enough { try flush() }
    }

    /// Writes what waits. After an error that is lost, so that finishing doesn't fail a second time.
    func flush() throws(SinkError) {
        defer {
            text.removeAll()
            frameEnds.removeAll(keepingCapacity: true)
        }
        var written = 0
        let code = text.bytes.withUnsafeBytes { bytes -> Int32 in
            var rest = bytes[...]
            defer { written = bytes.count - rest.count }
            while !rest.isEmpty {
                let count = UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: UInt8.self) {
                    write(descriptor, $0.baseAddress, $0.count)
                }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // A pipe or terminal that somebody else has set not to wait: wait here.
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&room, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        if code != 0 {
            if !isWatched { takeBack(written - (frameEnds.last { $0 <= written } ?? 0)) }
            throw failure(code)
        }
    }

    /// Shortens the file by what was written last, unless others have written to it since. (`ftruncate`)
    private func takeBack(_ count: Int) {
        var status = stat()
        guard count > 0, fstat(descriptor, &status) == 0, lseek(descriptor, 0, SEEK_CUR) == status.st_size else {
            return
        }
        ftruncate(descriptor, status.st_size - count)
        lseek(descriptor, -count, SEEK_END)
    }

    /// Writes what is in the file at `path`.
    func append(contentsOf path: String) throws(SinkError) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw SinkError("cannot read \(path)", code: errno) }
        defer { Glibc.close(source) }
        var part = [UInt8](repeating: 0, count: Self.enough)
        while true {
            let count = read(source, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SinkError("cannot read \(path)", code: errno) }
            if count == 0 { return }
            text.append(bytes: part[..<count])
            try flush()
        }
    }

    /// Writes what waits and closes the file; standard output stays open.
    public func close() throws(SinkError) {
        try flush()
        guard isOwned, descriptor >= 0 else { return }
        // Some file systems say only here that there was no room.
        let result = Glibc.close(descriptor)
        descriptor = -1
        if result != 0 { throw failure(errno) }
    }

    private func failure(_ code: Int32) -> SinkError { SinkError("cannot write to \(name)", code: code) }
}

/// Takes others' right to read a file that is to hold people's pictures, where it was there already and this user may.
/// (`fchmod`)
func makePrivate(_ descriptor: Int32) {
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { fchmod(descriptor, 0o600) }
}
