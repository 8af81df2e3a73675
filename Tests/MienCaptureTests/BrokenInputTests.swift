import Foundation
import MienCapture
import Testing

/// What the user is told of inputs that are none.
@Suite struct BrokenInputTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("A file that isn't there is reported as such")
    func reportsMissingFiles() {
        let path = folder.path("talk.mp4")
        #expect(refusal(path)?.code == .notFound)
        #expect(refusal(path)?.description == "\(path): no such file")
        #expect(refusal(path + "/x")?.code == .notFound)
    }

    @Test("A file that may not be read is reported as such", .enabled(if: geteuid() != 0, "root may read everything"))
    func reportsPermissions() throws {
        let path = try folder.file("secret.mp4", [1, 2, 3])
        chmod(path, 0)
        #expect(refusal(path)?.code == .notPermitted)
    }

    @Test("A directory, a device and an empty file are refused, each for what it is")
    func refusesOtherThings() throws {
        #expect(refusal("/tmp")?.description == "/tmp: is a directory; name the files in it")
        #expect(refusal("/dev/null")?.description.contains("is a device, not a file") == true)
        let path = try folder.file("empty.mp4", [])
        #expect(refusal(path)?.description == "\(path): is empty")
    }

    @Test("Text and noise are no videos, whatever their names", arguments: ["notes.txt", "notes.mp4", "notes"])
    func refusesText(name: String) throws {
        let text = try folder.file(name, String(repeating: "Dear diary, nothing happened.\n", count: 300).utf8)
        #expect(refusal(text)?.code == .unsupported)
        #expect(refusal(text)?.description == "\(text): is no video or picture that FFmpeg knows")
        var generator = SystemRandomNumberGenerator()
        let noise = try folder.file(name, (0..<5000).map { _ in UInt8.random(in: 1...254, using: &generator) })
        #expect(refusal(noise) != nil)
    }
}

@Suite(.enabled(if: Media.isThere, "needs the clips of ../shared/media"))
struct CutRecordingTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(
        "A Matroska file cut anywhere delivers the frames before the cut, then says what is missing",
        arguments: [5000, 40_000, 69_481, 100_000, 138_961])
    func readsUpToTheCut(count: Int) throws {
        let path = try folder.file("cut.mkv", Media.bytes("asl_eat.mkv").prefix(count))
        let reading = try Reading(path)
        let whole = try Reading(Media.path("asl_eat.mkv"))
        // Frames wait for others to be decoded, so that the file's last ones may be missing.
        #expect(reading.times.count >= 47 * count / 138_962 - 8)
        #expect(reading.sums.dropLast(4).elementsEqual(whole.sums.prefix(max(0, reading.sums.count - 4))))
        let error = try #require(reading.error)
        #expect(error.code == .broken)
        #expect(error.description.hasPrefix("\(path): breaks off "))
        #expect(error.description.hasSuffix(": only \(count) of 138962 bytes are there; get a complete copy"))
        #expect(reading.times.isEmpty || error.description.contains("after \(reading.times.count) frames ("))
    }

    @Test("An MP4 without the index at its end is refused for that reason")
    func refusesWithoutIndex() throws {
        let path = try folder.file("cut.mp4", Media.bytes("single_face.mp4").prefix(100_000))
        #expect(
            refusal(path)?.description
                == "\(path): was cut or never finished: its index (moov), which stands at its end, is missing; "
                + "get a complete copy, or try a repair tool such as untrunc")
    }

    @Test(
        "An MP4 with its index first delivers the frames before the cut",
        .enabled(if: Program.areThere, "needs ffmpeg"), arguments: [1000, 60_000, 150_000])
    func readsUpToTheCutOfAnMP4(count: Int) throws {
        let whole = folder.path("whole.mp4")
        try Program.run(
            "ffmpeg", ["-i", Media.path("single_face.mp4"), "-c", "copy", "-movflags", "+faststart", whole])
        let path = try folder.file("cut.mp4", readAll(whole).prefix(count))
        let reading = try? Reading(path)
        #expect((reading?.times.count ?? 0) >= 72 * count / 208_476 - 10)
        #expect((reading?.error ?? refusal(path))?.description.contains("only \(count) of") == true)
    }

    @Test("Damage in the middle is passed over and reported in the end")
    func goesOnAfterDamage() throws {
        var bytes = try Media.bytes("single_face.mp4")
        for index in 60_000..<60_300 { bytes[index] ^= 0x5A }
        let path = try folder.file("damaged.mp4", bytes)
        let reading = try Reading(path)
        #expect(reading.error == nil)
        #expect(reading.times.count == 72)
        #expect(reading.warning?.hasPrefix("\(path): is damaged in ") == true)
    }
}
