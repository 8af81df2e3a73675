import Glibc
import MienSystem

/// Whole files.
public enum File {
    /// Writes `bytes` so that at any time there is either the old file or the new one, whole. (open, write, fsync, rename)
    ///
    /// Devices and pipes are written to as they are, and links lead where they did. `isPrivate`: for this user alone.
    public static func replace(_ path: String, with bytes: [UInt8], isPrivate: Bool = false) throws(DataError) {
        var status = stat()
        let isRegular = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
        let path = isRegular ? realPath(path) ?? path : path
        func failure(_ call: String) -> DataError {
            DataError("cannot write \(path): \(call): \(String(cString: strerror(errno)))")
        }
        let (file, target) =
            isRegular
            ? createPart(of: path, mode: isPrivate ? 0o600 : 0o644) : (open(path, O_WRONLY | O_CLOEXEC), path)
        guard file >= 0 else { throw failure("open") }
        let isWritten = bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        let error = !isWritten ? failure("write") : isRegular && fsync(file) != 0 ? failure("fsync") : nil
        close(file)
        guard isRegular else {
            if let error { throw error }
            return
        }
        if let error {
            unlink(target)
            throw error
        }
        guard rename(target, path) == 0 else { throw failure("rename") }
        // The new name has to reach the disk as well.
        let folder = path.lastSlash == nil ? "." : path.folder
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Throws where `replace` would not be able to write there: before hours of work rather than after.
    public static func checkIsWritable(_ path: String) throws(DataError) {
        let folder = path.lastSlash == nil ? "." : path.folder
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT == S_IFDIR { throw DataError("cannot write \(path): it is a folder") }
        // A device is written to as it is, wherever it lies.
        let place = isThere && status.st_mode & S_IFMT != S_IFREG ? (path, W_OK) : (folder, W_OK | X_OK)
        guard access(place.0, place.1) == 0 else {
            throw DataError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// All bytes of the file at `path`.
    public static func read(_ path: String) throws(DataError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DataError("cannot open \(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var result: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { chunk.deallocate() }
        while true {
            let count = try read(file, into: chunk, of: path)
            if count == 0 { return result }
            result += chunk[..<count]
        }
    }

    /// How many bytes came; 0 at the end of the file. (read)
    static func read(_ file: CInt, into room: UnsafeMutableRawBufferPointer, of path: String) throws(DataError) -> Int {
        while true {
            let count = Glibc.read(file, room.baseAddress, room.count)
            if count >= 0 { return count }
            if errno != EINTR { throw DataError("cannot read \(path): \(String(cString: strerror(errno)))") }
        }
    }
}
