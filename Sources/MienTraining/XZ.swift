import Glibc
import MienSystem

/// Unpacks an .xz file with liblzma, which is loaded when the first one is read: nothing else needs it.
final class XZ {
    /// `lzma_stream` of <lzma/base.h>, whose layout is part of liblzma.so.5's binary interface, as 64-bit words:
    /// next_in, avail_in, total_in, next_out, avail_out, total_out, then what is liblzma's own. All zero to start with.
    private let stream: UnsafeMutablePointer<UInt>
    private static let streamWords = 17
    private let input: UnsafeMutableRawBufferPointer
    private let path: String
    private let code: @convention(c) (UnsafeMutableRawPointer, CInt) -> CInt
    private let end: @convention(c) (UnsafeMutableRawPointer) -> Void
    private var action = Action.run
    private var isFinished = false

    private enum Action: CInt { case run = 0, finish = 3 }
    private static let ok: CInt = 0
    private static let streamEnd: CInt = 1
    /// LZMA_CONCATENATED
    private static let concatenated: UInt32 = 0x08

    init(_ path: String) throws(DataError) {
        guard let library = dlopen("liblzma.so.5", RTLD_NOW), let decoder = dlsym(library, "lzma_stream_decoder"),
            let code = dlsym(library, "lzma_code"), let end = dlsym(library, "lzma_end")
        else {
            let reason = loadFailure(dlerror(), packages: "liblzma5")
            throw DataError("cannot unpack \(path): \(reason), or unpack it with xz -d")
        }
        typealias Decoder = @convention(c) (UnsafeMutableRawPointer, UInt64, UInt32) -> CInt
        self.code = unsafeBitCast(code, to: (@convention(c) (UnsafeMutableRawPointer, CInt) -> CInt).self)
        self.end = unsafeBitCast(end, to: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        self.path = path
        stream = .allocate(capacity: Self.streamWords)
        stream.initialize(repeating: 0, count: Self.streamWords)
        input = .allocate(byteCount: 1 << 18, alignment: 64)
        let status = unsafeBitCast(decoder, to: Decoder.self)(stream, .max, Self.concatenated)
        guard status == Self.ok else { throw DataError("cannot unpack \(path): liblzma gives error \(status)") }
    }

    deinit {
        end(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills `room` with unpacked bytes of `file` and says how many there are; 0 at the end.
    func read(from file: CInt, into room: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
        stream[3] = UInt(bitPattern: room.baseAddress)
        stream[4] = UInt(room.count)
        while stream[4] > 0, !isFinished {
            if stream[1] == 0, action == .run {
                let count = try File.read(file, into: input, of: path)
                stream[0] = UInt(bitPattern: input.baseAddress)
                stream[1] = UInt(count)
                if count == 0 { action = .finish }
            }
            switch code(stream, action.rawValue) {
            case Self.ok: continue
            case Self.streamEnd: isFinished = true
            case let error:
                throw DataError("cannot unpack \(path): it is cut short or no .xz file (liblzma's error \(error))")
            }
        }
        return room.count - Int(stream[4])
    }
}
