package import CMienAV
import Glibc
import MienSystem

/// FFmpeg's libraries as loaded at run time.
package enum FFmpeg {
    /// Loads libavformat, libavcodec and libavutil unless they are loaded.
    package static func load() throws(CaptureError) -> UnsafePointer<mien_av> {
        var error: UnsafePointer<CChar>?
        if let table = mien_av_load(&error) { return table }
        throw missing(error, packages: "libavformat\(LIBAVFORMAT_VERSION_MAJOR) libavcodec\(LIBAVCODEC_VERSION_MAJOR)")
    }

    /// Loads libswscale unless it is loaded.
    package static func loadScale() throws(CaptureError) -> UnsafePointer<mien_sws> {
        var error: UnsafePointer<CChar>?
        if let table = mien_sws_load(&error) { return table }
        throw missing(error, packages: "libswscale\(LIBSWSCALE_VERSION_MAJOR)")
    }

    private static func missing(_ error: UnsafePointer<CChar>?, packages: String) -> CaptureError {
        CaptureError(.system, "cannot load FFmpeg: \(loadFailure(error, packages: packages))")
    }
}

extension UnsafePointer<mien_av> {
    /// What FFmpeg logged as an error on this thread since `mien_av_forget_message`, or else what `code` means.
    package func reason(_ code: Int32) -> String {
        let message = String(cString: mien_av_message())
        return message.isEmpty ? text(code) : message
    }

    /// What an error code means, in words.
    package func text(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            buffer.initialize(repeating: 0)
            guard let base = buffer.baseAddress, pointee.av_strerror(code, base, 128) == 0 else {
                return "error \(code)"
            }
            return String(cString: base)
        }
    }
}
