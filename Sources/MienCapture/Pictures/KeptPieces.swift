import CMienAV
import Synchronization

/// Pieces of a recording on their way from the thread that reads to the one that writes: packets, and small pictures.
///
/// A recording's frames are looked at in long runs. Large pictures of these would fill the memory: of such recordings the
/// packets are kept instead, to be decoded a second time.
final class KeptPieces: Sendable {
    enum Piece: @unchecked Sendable {  // safe: the queue owns it until it is taken
        case packet(UnsafeMutablePointer<AVPacket>)
        case picture(UnsafeMutablePointer<AVFrame>)
    }

    private struct State {
        var pieces: [Piece] = []
        var taken = 0
        var isComplete = false
    }

    private nonisolated(unsafe) let av: UnsafePointer<mien_av>  // safe: a table that never changes
    private let state = Mutex(State())

    init(av: UnsafePointer<mien_av>) { self.av = av }

    deinit { while let left = take() { free(left) } }

    /// Keeps what `packet` holds, without copying it.
    func keep(_ packet: UnsafeMutablePointer<AVPacket>, of path: String) throws(CaptureError) {
        guard let clone = av.pointee.av_packet_clone(packet) else { throw .noMemory(path) }
        append(.packet(clone))
    }

    /// Keeps the pixels of `picture`, without copying them.
    func keep(_ picture: UnsafeMutablePointer<AVFrame>, of path: String) throws(CaptureError) {
        guard let copy = av.pointee.av_frame_alloc() else { throw .noMemory(path) }
        guard av.pointee.av_frame_ref(copy, picture) >= 0 else {
            free(.picture(copy))
            throw .noMemory(path)
        }
        append(.picture(copy))
    }

    private func append(_ piece: Piece) { state.withLock { $0.pieces.append(piece) } }

    /// There will be no more.
    func complete() { state.withLock { $0.isComplete = true } }

    /// Whether all have been kept that there will be.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// The next one, which is the caller's to free; nil where there is none now.
    func take() -> Piece? {
        state.withLock { state in
            guard state.taken < state.pieces.count else { return nil }
            defer {
                state.taken += 1
                if state.taken == state.pieces.count {
                    state.pieces.removeAll(keepingCapacity: true)
                    state.taken = 0
                } else if state.taken == 1024 {
                    state.pieces.removeFirst(state.taken)
                    state.taken = 0
                }
            }
            return state.pieces[state.taken]
        }
    }

    func free(_ piece: Piece) {
        switch piece {
        case .packet(let packet):
            var packet: UnsafeMutablePointer<AVPacket>? = packet
            av.pointee.av_packet_free(&packet)
        case .picture(let picture):
            var picture: UnsafeMutablePointer<AVFrame>? = picture
            av.pointee.av_frame_free(&picture)
        }
    }
}
