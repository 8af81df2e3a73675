import Glibc
import Mien
import MienNN

/// Small pictures at random intervals; breaks off where it is asked to. As a recording, or as a live source.
final class StressSource: FrameSource, @unchecked Sendable {  // safe: one thread reads; `interrupted` is atomic
    let name = "stress"
    let frameCount: Int? = nil
    let isLive: Bool
    /// Frames that were handed out.
    private(set) var delivered = 0
    private let count: Int
    private let breaks: Bool
    /// Whether it has broken off.
    private(set) var isBroken = false
    private let interrupted = StopFlag()
    private var chance: SplitMix64

    /// - Parameter breaks: whether it fails after `count` frames instead of ending there.
    init(count: Int, breaks: Bool, isLive: Bool, seed: UInt64) {
        (self.count, self.breaks, self.isLive) = (count, breaks, isLive)
        chance = SplitMix64(seed, 1)
    }

    func interrupt() { interrupted.set() }

    func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        delay(&chance, isLive ? 2 : 8)
        if interrupted.isSet { return false }
        guard delivered < count else {
            isBroken = breaks
            if breaks { throw CaptureError(.broken, "stress: it breaks off") }
            return false
        }
        // Sizes differ, so that what the stages take does too.
        let side = chance.integer(in: 24...40)
        frame.luma.resize(width: side, height: side)
        for y in 0..<side {
            let row = frame.luma.base + y * frame.luma.stride
            for x in 0..<side { row[x] = UInt8(truncatingIfNeeded: x * y + delivered) }
        }
        (frame.number, frame.time) = (delivered, Double(delivered) / 30)
        delivered += 1
        return true
    }
}

/// Sleeps for a moment, one time in `rarity`.
func delay(_ chance: inout SplitMix64, _ rarity: Int) {
    if chance.integer(in: 1...rarity) == 1 { usleep(UInt32(chance.integer(in: 0...300))) }
}
