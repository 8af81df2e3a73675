import Glibc
import MienSystem

/// Opens what a user names as an input: a recording or a photo, told apart by what they hold and not by their names;
/// "-" is standard input.
///
/// Throws where there is no such file, where it may not be read, and where it is no recording and no photo.
/// `decoderThreads`: of a recording's codec, 0 lets FFmpeg choose.
public func openInput(_ path: String, decoderThreads: Int = 1) throws(CaptureError) -> any FrameSource {
    if path == "-" {
        guard isatty(STDIN_FILENO) == 0 else {
            throw CaptureError(
                .unsupported, "-: standard input is a terminal; redirect a recording to it, or name a file")
        }
        return try VideoSource(path: path, decoderThreads: decoderThreads)
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(path) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
        throw CaptureError(.unsupported, "\(path): is a directory; name the files in it")
    case S_IFCHR, S_IFBLK:
        throw CaptureError(.unsupported, "\(path): is a device, not a file (for a camera there is mien live)")
    case S_IFREG:
        guard status.st_size > 0 else { throw CaptureError(.broken, "\(path): is empty") }
        // Pictures one after the other, as some cameras write them, start as one does. Only their name tells.
        let isMotion = [".mjpeg", ".mjpg"].contains { path.lowercased().hasSuffix($0) }
        let start = try readStart(of: path, count: 8)
        if !isMotion, PhotoSource.Kind(start) != nil { return PhotoSource(path: path) }
        return try VideoSource(path: path, decoderThreads: decoderThreads)
    default:
        // Pipes are left alone here: what is read from them is gone.
        return try VideoSource(path: path, decoderThreads: decoderThreads)
    }
}
