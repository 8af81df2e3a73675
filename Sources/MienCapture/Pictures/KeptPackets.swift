import CMienAV
import Synchronization

/// Packets of a recording on their way from the thread that reads to the one that writes.
///
/// A recording's frames are looked at in long runs; their pictures would fill the memory, while packets are small.
final class KeptPackets: Sendable {
    private struct Packet: @unchecked Sendable {  // safe: the queue owns it until it is taken
        let pointer: UnsafeMutablePointer<AVPacket>
    }

    private struct State {
        var packets: [Packet] = []
        var taken = 0
        var isComplete = false
    }

    private nonisolated(unsafe) let av: UnsafePointer<mien_av>  // safe: a table that never changes
    private let state = Mutex(State())

    init(av: UnsafePointer<mien_av>) { self.av = av }

    deinit {
        while let left = take() {
            var packet: UnsafeMutablePointer<AVPacket>? = left
            av.pointee.av_packet_free(&packet)
        }
    }

    /// Keeps what `packet` holds, without copying it.
    func keep(_ packet: UnsafeMutablePointer<AVPacket>, of path: String) throws(CaptureError) {
        guard let clone = av.pointee.av_packet_clone(packet) else { throw .noMemory(path) }
        let kept = Packet(pointer: clone)
        state.withLock { $0.packets.append(kept) }
    }

    /// There will be no more.
    func complete() { state.withLock { $0.isComplete = true } }

    /// Whether all have been kept that there will be.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// The next one, which is the caller's to free; nil where there is none now.
    func take() -> UnsafeMutablePointer<AVPacket>? {
        state.withLock { state in
            guard state.taken < state.packets.count else { return nil as Packet? }
            defer {
                state.taken += 1
                if state.taken == state.packets.count {
                    state.packets.removeAll(keepingCapacity: true)
                    state.taken = 0
                } else if state.taken == 1024 {
                    state.packets.removeFirst(state.taken)
                    state.taken = 0
                }
            }
            return state.packets[state.taken]
        }?.pointer
    }
}
