import CMienAV
import Glibc

/// Lets FFmpeg read what is no file of its own: bytes in memory, in which it may seek, or a pipe. Must outlive the container
/// that reads from it.
final class AVIOReader {
    let context: UnsafeMutablePointer<AVIOContext>
    private let av: UnsafePointer<mien_av>
    /// What the callbacks are given.
    private let source: Source

    private final class Source {
        let input: InputBytes
        let bytes: [UInt8]?
        var position = 0

        init(_ input: InputBytes, _ bytes: [UInt8]?) { (self.input, self.bytes) = (input, bytes) }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
            guard let bytes else {
                let count = input.next(into: buffer)
                return count == 0 ? mien_averror_eof : Int32(count)
            }
            let count = min(buffer.count, bytes.count - position)
            guard count > 0 else { return mien_averror_eof }
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
            }
            position += count
            return Int32(count)
        }

        func seek(to offset: Int64, _ whence: Int32) -> Int64 {
            guard let bytes else { return -Int64(ESPIPE) }
            let origin: Int
            switch whence & ~AVSEEK_FORCE {
            case AVSEEK_SIZE: return Int64(bytes.count)
            case SEEK_SET: origin = 0
            case SEEK_CUR: origin = position
            case SEEK_END: origin = bytes.count
            default: return -Int64(EINVAL)
            }
            let (place, overflow) = Int(offset).addingReportingOverflow(origin)
            guard !overflow, (0...bytes.count).contains(place) else { return -Int64(EINVAL) }
            position = place
            return Int64(place)
        }
    }

    private static let bufferSize: Int32 = 1 << 15

    /// `bytes`: all of `input`; nil: they come from its pipe.
    init(_ input: InputBytes, _ bytes: [UInt8]?, _ av: UnsafePointer<mien_av>) throws(CaptureError) {
        source = Source(input, bytes)
        self.av = av
        guard let buffer = av.pointee.av_mallocz(Int(Self.bufferSize)) else { throw .noMemory(input.name) }
        let opened = av.pointee.avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, Unmanaged.passUnretained(source).toOpaque(),
            { source, buffer, count in
                guard let source, let buffer else { return -EINVAL }
                return Unmanaged<Source>.fromOpaque(source).takeUnretainedValue()
                    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
            }, nil,
            bytes == nil
                ? nil
                : { source, offset, whence in
                    guard let source else { return -Int64(EINVAL) }
                    return Unmanaged<Source>.fromOpaque(source).takeUnretainedValue().seek(to: offset, whence)
                })
        guard let opened else {
            av.pointee.av_free(buffer)
            throw .noMemory(input.name)
        }
        context = opened
    }

    deinit {
        // FFmpeg may have replaced the buffer.
        av.pointee.av_free(context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        av.pointee.avio_context_free(&context)
    }
}
