import Glibc
import MienSystem

/// Opens what a user names as an input: a recording or a photo, told apart by what they hold and not by their names;
/// "-" is standard input.
///
/// Throws where there is no such file, where it may not be read, and where it is no recording and no photo.
/// `decoderThreads`: of a recording's codec, 0 lets FFmpeg choose. `onlyFirst`: of several pictures (an animation, a recording,
/// JPEGs one after the other) the first is read alone, and the source's warning says that there are more.
public func openInput(
    _ path: String, decoderThreads: Int = 1, onlyFirst: Bool = false
) throws(CaptureError) -> any FrameSource {
    try refuseOtherThings(path)
    let input = try InputBytes(path)
    guard try !input.bytes(at: 0, count: 1).isEmpty else { throw CaptureError(.broken, "\(path): is empty") }
    let kind = try InputKind(of: input)
    if case .photo = kind { return PhotoSource(input) }
    let source = try VideoSource(input, kind, decoderThreads: decoderThreads)
    return onlyFirst ? FirstPicture(of: source) : source
}

private func refuseOtherThings(_ path: String) throws(CaptureError) {
    if path == "-" {
        guard isatty(STDIN_FILENO) == 0 else {
            throw CaptureError(
                .unsupported, "-: standard input is a terminal; redirect a recording to it, or name a file")
        }
        return
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
        let failure = CaptureError.system(path)
        throw NetworkAddress(path).map { CaptureError(.notFound, "\(path): \($0.advice)") } ?? failure
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
        throw CaptureError(.unsupported, "\(path): is a directory; name the files in it")
    case S_IFCHR, S_IFBLK:
        throw CaptureError(.unsupported, "\(path): is a device, not a file (for a camera there is mien live)")
    default: break
    }
}
