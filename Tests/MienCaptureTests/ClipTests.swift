import MienCapture
import MienImage
import Testing

/// Real recordings, against what their manifest and FFmpeg's own programs say of them.
@Suite(.enabled(if: Media.isThere, "needs the clips of ../shared/media"))
struct ClipTests {
    struct Clip: Sendable {
        var name: String
        var size: [Int]
        var frames: Int
    }

    static let clips = [
        Clip(name: "single_face.mp4", size: [640, 360], frames: 72),
        Clip(name: "noface_face.mov", size: [960, 540], frames: 169),
        Clip(name: "no_face.mp4", size: [960, 540], frames: 95),
        Clip(name: "headpose_male.mp4", size: [480, 270], frames: 62),
        Clip(name: "two_walking.mp4", size: [480, 270], frames: 35),
        Clip(name: "asl_eat.mkv", size: [640, 480], frames: 47),
        Clip(name: "single_face_portrait_rotated.mp4", size: [270, 360], frames: 72),
    ]

    /// Each clip is decoded once for all tests.
    static let readings = try? Dictionary(
        uniqueKeysWithValues: clips.map { ($0.name, try Reading(Media.path($0.name))) })

    static func reading(_ name: String) throws -> Reading { try #require(readings?[name]) }

    @Test("All frames come, of the displayed size, in order of time", arguments: clips)
    func deliversAllFrames(clip: Clip) throws {
        let reading = try Self.reading(clip.name)
        #expect(reading.error == nil)
        #expect(reading.warning == nil)
        #expect(reading.sizes == Array(repeating: clip.size, count: clip.frames))
        #expect(reading.times.first == 0)
        #expect(zip(reading.times, reading.times.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(
        "Times are the presentation timestamps that ffprobe shows, to a millisecond",
        .enabled(if: Program.areThere, "needs ffprobe"), arguments: clips)
    func hasPresentationTimes(clip: Clip) throws {
        let times = try Self.reading(clip.name).times
        let expected = try Program.times(Media.path(clip.name))
        #expect(times.count == expected.count)
        #expect(zip(times, expected).allSatisfy { abs($0 - $1) < 0.001 })
    }

    @Test(
        "Luma is what the ffmpeg program makes of the first frame, upright and full range",
        .enabled(if: Program.areThere, "needs ffmpeg"), arguments: clips)
    func hasLuma(clip: Clip) throws {
        let found = try difference(
            Self.reading(clip.name).first, Program.luma(Media.path(clip.name)))
        #expect(try #require(found).largest <= 2)
    }

    @Test("The decoder's threads change nothing")
    func isTheSameWithThreads() throws {
        let one = try Self.reading("headpose_male.mp4")
        let three = Reading(try openInput(Media.path("headpose_male.mp4"), decoderThreads: 3))
        #expect(one.sums == three.sums)
        #expect(one.times == three.times)
    }

    @Test("A rotated recording shows what its source shows")
    func turnsRotatedRecordings() throws {
        let rotated = try Self.reading("single_face_portrait_rotated.mp4")
        let original = try Self.reading("single_face.mp4")
        // It was cut out of the original, 270 wide around the middle.
        func column(_ reading: Reading, _ x: Int, _ width: Int) -> [Double] {
            (0..<360).map { Double(reading.first[$0 * width + x]) }
        }
        let wanted = column(rotated, 135, 270)
        let best = (0..<640).map { correlation(wanted, column(original, $0, 640)) }.max()
        #expect(try #require(best) > 0.98)
    }
}
