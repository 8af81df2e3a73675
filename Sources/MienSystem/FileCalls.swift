package import Glibc

// The system's calls that take the name of a file, for names as `String(fileName:)` gives them. Swift prefers them to
// Glibc's own where a name is a `String`, so that a file that calls them needs this module and nothing else.

package func open(_ path: String, _ flags: Int32) -> Int32 { path.withFileName { Glibc.open($0, flags) } }

package func open(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
    path.withFileName { Glibc.open($0, flags, mode) }
}

package func fopen(_ path: String, _ mode: String) -> UnsafeMutablePointer<FILE>? {
    path.withFileName { Glibc.fopen($0, mode) }
}

// (`fstatat`, since `Glibc.stat` is the type.)
package func stat(_ path: String, _ status: UnsafeMutablePointer<Glibc.stat>) -> Int32 {
    path.withFileName { fstatat(AT_FDCWD, $0, status, 0) }
}

package func lstat(_ path: String, _ status: UnsafeMutablePointer<Glibc.stat>) -> Int32 {
    path.withFileName { fstatat(AT_FDCWD, $0, status, AT_SYMLINK_NOFOLLOW) }
}

package func access(_ path: String, _ mode: Int32) -> Int32 { path.withFileName { Glibc.access($0, mode) } }

package func mkdir(_ path: String, _ mode: mode_t) -> Int32 { path.withFileName { Glibc.mkdir($0, mode) } }

@discardableResult
package func unlink(_ path: String) -> Int32 { path.withFileName { Glibc.unlink($0) } }

package func rename(_ old: String, _ new: String) -> Int32 {
    old.withFileName { old in new.withFileName { Glibc.rename(old, $0) } }
}

/// Where a path leads, links followed; nil, with the reason in errno, where that can't be told. (`realpath`)
package func realPath(_ path: String) -> String? {
    guard let real = path.withFileName({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return String(fileName: real)
}

/// What is in a folder, in the order of the names' bytes, without "." and ".."; nil, with the reason in errno, where it
/// can't be read. (`opendir`, `readdir`)
package func fileNames(in folder: String) -> [String]? {
    guard let stream = folder.withFileName({ opendir($0) }) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else { break }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(fileName: $0.prefix { $0 != 0 }) }
        if name != ".", name != ".." { names.append(name) }
    }
    return errno == 0 ? names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : nil
}

/// The paths that fit a pattern, in no order; nil where there is none. (`glob`)
package func paths(fitting pattern: String) -> [String]? {
    var matches = glob_t()
    defer { globfree(&matches) }
    guard pattern.withFileName({ glob($0, GLOB_NOSORT, nil, &matches) }) == 0 else { return nil }
    return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(fileName: $0) } }
}

/// Creates a file beside the one of that path, for what is to take its place, under a name that nothing has: the path with
/// `.part` behind it, `.part1` and so on. The descriptor is -1, with the reason in errno, where it can't. (`open`)
package func createPart(of path: String, mode: mode_t) -> (descriptor: Int32, path: String) {
    for number in 0..<100 {
        let part = path + ".part" + (number == 0 ? "" : "\(number)")
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if descriptor >= 0 || errno != EEXIST { return (descriptor, part) }
    }
    return (-1, path)
}
