import Mien
import MienNN

/// Remembers what it got, takes its time, and fails or stops the run where it is asked to.
final class StressSink: Sink {
    enum Trouble: Equatable {
        case none
        case fails(at: Int)
        case closes(at: Int)
        case stops(at: Int)
        case failsToBegin
        case failsToFinish
    }

    private(set) var begun = 0
    private(set) var finished = 0
    private(set) var frames: [Int] = []
    private let trouble: Trouble
    private let stop: StopFlag
    private var chance: SplitMix64

    init(_ trouble: Trouble, stop: StopFlag, seed: UInt64) {
        (self.trouble, self.stop) = (trouble, stop)
        chance = SplitMix64(seed, 2)
    }

    func begin(_ run: RunDescription) throws(SinkError) {
        begun += 1
        if trouble == .failsToBegin { throw SinkError("stress: no room to begin") }
    }

    func write(_ result: borrowing FrameResult) throws(SinkError) {
        delay(&chance, 8)
        switch trouble {
        case .fails(at: frames.count): throw SinkError("stress: disk full")
        case .closes(at: frames.count): throw SinkError("stress: gone", isClosedPipe: true)
        case .stops(at: frames.count): stop.set()
        default: break
        }
        frames.append(result.frame)
    }

    func finish() throws(SinkError) {
        finished += 1
        if trouble == .failsToFinish { throw SinkError("stress: no room to finish") }
    }
}
