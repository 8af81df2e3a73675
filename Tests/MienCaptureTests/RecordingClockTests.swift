import CMienAV
import Testing

@testable import MienCapture

/// Times of packets whose stamps aren't what they should be, in a container made up here.
struct RecordingClockTests {
    private static let none = mien_av_no_time

    /// A packet's stamps, and what the clock made of them.
    private struct Stamp {
        var stream: Int32 = 0
        var dts: Int64
        var pts: Int64
        var duration: Int64 = 40
    }

    /// A packet each 40 ms, from `start` on.
    private func run(_ count: Int, from start: Int64, stream: Int32 = 0) -> [Stamp] {
        (0..<count).map { Stamp(stream: stream, dts: start + 40 * Int64($0), pts: start + 40 * Int64($0)) }
    }

    /// Milliseconds of pictures (stream 0), sound (1) and subtitles (2), where stamps count in `bits`.
    private func times(
        _ stamps: [Stamp], bits: Int32 = 64, start: Double = 0, isBroadcast: Bool = false
    ) throws -> [Stamp] {
        let av = try FFmpeg.load()
        let format = try #require(av.pointee.avformat_alloc_context())
        defer { av.pointee.avformat_free_context(format) }
        var demuxer = AVInputFormat()
        demuxer.flags = isBroadcast ? AVFMT_TS_DISCONT : 0
        return try withUnsafeMutablePointer(to: &demuxer) { demuxer in
            format.pointee.iformat = UnsafePointer(demuxer)
            for kind in [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_SUBTITLE] {
                let stream = try #require(av.pointee.avformat_new_stream(format, nil))
                stream.pointee.codecpar.pointee.codec_type = kind
                stream.pointee.time_base = AVRational(num: 1, den: 1000)
                stream.pointee.pts_wrap_bits = bits
            }
            var clock = RecordingClock(format, pictures: 0, rate: 25, start: start)
            return stamps.map { stamp in
                var packet = AVPacket()
                (packet.stream_index, packet.dts, packet.pts) = (stamp.stream, stamp.dts, stamp.pts)
                (packet.duration, packet.flags) = (stamp.duration, AV_PKT_FLAG_KEY)
                clock.set(&packet)
                return Stamp(stream: stamp.stream, dts: packet.dts, pts: packet.pts, duration: packet.duration)
            }
        }
    }

    private static func even(_ count: Int) -> [Int64] { (0..<Int64(count)).map { 40 * $0 } }

    @Test(
        "Where stamps begin anew, earlier or later, by little or by much, times go on by one frame",
        arguments: [0, 100, 300, -90_000_000, 7_200_000, 93_600_000] as [Int64])
    func joined(_ second: Int64) throws {
        let got = try times(run(10, from: 0) + run(10, from: second), isBroadcast: true)
        #expect(got.map(\.dts) == Self.even(20))
        #expect(got.map(\.pts) == Self.even(20))
    }

    @Test("A pause of minutes is a pause, and a picture a minute is a minute's")
    func gaps() throws {
        let got = try times(run(5, from: 0) + run(5, from: 600_000), isBroadcast: true)
        #expect(got.map(\.pts) == Self.even(5) + Self.even(5).map { $0 + 600_000 })
        let slow = (0..<5).map { Stamp(dts: 60_000 * $0, pts: 60_000 * $0) }
        #expect(try times(slow, isBroadcast: true).map(\.pts) == slow.map(\.pts))
    }

    @Test("Without a clock that may begin anew, hours are hours")
    func hours() throws {
        let got = try times(run(5, from: 0) + run(5, from: 36_000_000))
        #expect(got.map(\.pts) == Self.even(5) + Self.even(5).map { $0 + 36_000_000 })
        #expect(try times(run(5, from: 0) + run(5, from: 93_600_000)).map(\.pts) == Self.even(10))
    }

    @Test("A counter of few bits runs over, and nobody sees it")
    func wraps() throws {
        let stamps = run(20, from: (1 << 33) - 400).map {
            Stamp(dts: $0.dts & (1 << 33 - 1), pts: $0.pts & (1 << 33 - 1))
        }
        let start = Double((1 << 33) - 400) / 1000
        #expect(try times(stamps, bits: 33, start: start).map(\.pts) == Self.even(20))
    }

    @Test("A single stamp out of line moves no other", arguments: [-3000, 40, 90_000_000, Int64.max, Int64.min + 1])
    func stray(_ stamp: Int64) throws {
        var stamps = run(10, from: 0)
        (stamps[5].dts, stamps[5].pts) = (stamp, stamp)
        let got = try times(stamps, isBroadcast: true).map(\.pts)
        #expect(got[..<5] == Self.even(10)[..<5] && got[6...] == Self.even(10)[6...])
        // Pictures without a stamp that can be are left to their decoder.
        #expect(got[5] == 200 || got[5] == Self.none)
    }

    @Test("Sound and subtitles go over to another beginning with the pictures, each when it comes there")
    func streams() throws {
        func part(_ start: Int64) -> [Stamp] {
            zip(run(10, from: start), run(10, from: start + 13, stream: 1)).flatMap { [$0, $1] }
        }
        // A broadcast's last sound comes out when the next part's pictures have begun.
        var stamps = part(50_000) + part(20_000)
        stamps[19...22] = [stamps[20], stamps[22], stamps[19], stamps[21]]
        stamps.append(Stamp(stream: 2, dts: 20_360, pts: 20_360))
        let got = try times(stamps, start: 50, isBroadcast: true)
        #expect(got.filter { $0.stream == 0 }.map(\.pts) == Self.even(20))
        #expect(got.filter { $0.stream == 1 }.map(\.pts) == Self.even(20).map { $0 + 13 })
        #expect(got.last?.pts == 760)
    }

    @Test("Pictures that are decoded before they are shown keep their order where recordings are joined")
    func reordered() throws {
        let part = [(0, 80), (40, 200), (80, 120), (120, 160)] as [(Int64, Int64)]
        let stamps = [0, 90_000].flatMap { start in
            part.map { Stamp(dts: 500_000 + $0.0 - start, pts: 500_000 + $0.1 - start) }
        }
        let got = try times(stamps, start: 500.08, isBroadcast: true).map(\.pts)
        #expect(got == [0, 120, 40, 80, 160, 280, 200, 240])
    }

    @Test("Nothing that a stamp can be brings the program down, and times never fall")
    func extremes() throws {
        let ends: [Int64] = [.min, .min + 1, .max, .max - 1, 0, 1 << 60, -(1 << 60), 1 << 62, 40, 80, 120]
        for start in [0, 9.3e12, -9.3e12, .infinity, .nan] {
            for bits: Int32 in [1, 32, 33, 62, 63, 64] {
                let stamps = ends.flatMap { dts in
                    ends.map { Stamp(stream: Int32(abs($0 % 3)), dts: dts, pts: $0, duration: $0) }
                }
                let got = try times(stamps, bits: bits, start: start)
                for stream in 0..<3 {
                    let times = got.filter { $0.stream == stream && $0.dts != Self.none }.map(\.dts)
                    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
                }
            }
        }
    }

    @Test("Sound without stamps follows what came before")
    func unstamped() throws {
        let sound = run(5, from: 0, stream: 1).enumerated().map { index, stamp in
            index == 0 ? stamp : Stamp(stream: 1, dts: Self.none, pts: Self.none)
        }
        #expect(try times(sound).map(\.dts) == Self.even(5))
    }
}
