import CMienAV

/// The times of a stream's packets in a copy: from the recording's start on, and without jumps back, as where recordings
/// were joined.
struct StreamClock {
    /// Ticks that are added.
    private var shift: Int64
    /// Where the next packet is expected.
    private var next: Int64?
    private let smallestJump: Int64

    /// `start`: of the recording, in seconds.
    init(_ timeBase: AVRational, start: Double) {
        let perSecond = Double(timeBase.den) / Double(max(timeBase.num, 1))
        shift = -Int64((start * perSecond).rounded())
        smallestJump = Int64(perSecond / 2)
    }

    /// Gives a packet its time.
    mutating func set(_ packet: UnsafeMutablePointer<AVPacket>) {
        let stamp = packet.pointee.dts != mien_av_no_time ? packet.pointee.dts : packet.pointee.pts
        guard stamp != mien_av_no_time else { return }
        if let next, stamp &+ shift < next - smallestJump { shift = next &- stamp }
        next = stamp &+ shift &+ max(packet.pointee.duration, 0)
        if packet.pointee.dts != mien_av_no_time { packet.pointee.dts &+= shift }
        if packet.pointee.pts != mien_av_no_time { packet.pointee.pts &+= shift }
    }
}
