import Foundation
import MienCapture
import MienImage
import Testing

/// What containers say of times, rotation and streams; in clips made by the ffmpeg program.
@Suite(.enabled(if: Program.areThere, "needs ffmpeg"))
struct ContainerTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("Times of a variable frame rate are kept to the millisecond")
    func keepsVariableRates() throws {
        let path = folder.path("vfr.mkv")
        try Program.make(
            path, "-vf settb=1/1000,setpts=N*N*0.05/TB -vsync passthrough -enc_time_base 1:1000 -c:v ffv1", frames: 6)
        let times = try Reading(path).times
        #expect(zip(times, [0, 0.05, 0.2, 0.45, 0.8, 1.25]).allSatisfy { abs($0 - $1) < 0.001 })
        #expect(times.count == 6)
    }

    @Test("Times count from the recording's start, whatever its first stamp", arguments: ["mkv", "ts", "mp4"])
    func countsFromTheStart(container: String) throws {
        let path = folder.path("late." + container)
        try Program.make(path, "-c:v libx264 -output_ts_offset 7")
        let times = try Reading(path).times
        #expect(zip(times, [0, 0.1, 0.2, 0.3, 0.4]).allSatisfy { abs($0 - $1) < 0.001 })
        #expect(times.count == 5)
    }

    @Test("A stream without timestamps gets times by its frame rate")
    func guessesTimes() throws {
        let path = folder.path("raw.h264")
        try Program.make(path, "-c:v libx264 -bf 2", rate: 20)
        let times = try Reading(path).times
        #expect(times.count == 5)
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 0.05) < 0.001 })
        #expect(times.first == 0)
    }

    @Test("A display matrix turns and mirrors in all eight ways", arguments: Orientation.allCases)
    func appliesDisplayMatrices(orientation: Orientation) throws {
        let path = folder.path("plain.mp4")
        try Program.make(path, "-c:v libx264", frames: 1)
        var bytes = try readAll(path)
        // The track header's matrix: nine numbers, 40 bytes after the end of its type in version 0.
        let header = try #require(bytes.indices.first { bytes[$0...].starts(with: "tkhd".utf8) })
        let (a, b, c, d) =
            switch orientation {
            case .up: (1, 0, 0, 1)
            case .upMirrored: (-1, 0, 0, 1)
            case .down: (-1, 0, 0, -1)
            case .downMirrored: (1, 0, 0, -1)
            case .leftMirrored: (0, 1, 1, 0)
            case .right: (0, 1, -1, 0)
            case .rightMirrored: (0, -1, -1, 0)
            case .left: (0, -1, 1, 0)
            }
        for (index, value) in [(0, a), (1, b), (3, c), (4, d)] {
            let fixed = UInt32(bitPattern: Int32(value << 16))
            for byte in 0..<4 {
                bytes[header + 44 + 4 * index + byte] = UInt8(truncatingIfNeeded: fixed >> (24 - 8 * byte))
            }
        }
        let stored = try Reading(path)
        let turned = try Reading(folder.file("turned.mp4", bytes))
        try expect(turned, is: orientation, of: stored)
    }

    @Test("Cover art is no video: sound with it is refused, and a film with it is read")
    func ignoresCoverArt() throws {
        let cover = folder.path("cover.jpg")
        try Program.make(cover, "", size: "600x600", frames: 1)
        let song = folder.path("song.mp3")
        try Program.run(
            "ffmpeg",
            [
                "-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy",
                "-disposition:v", "attached_pic", song,
            ])
        let error = try #require(refusal(song))
        #expect(error.code == .unsupported)
        #expect(error.description == "\(song): has no video stream (only sound or other streams)")

        let film = folder.path("film.mp4")
        let plain = folder.path("plain.mp4")
        try Program.make(plain, "-c:v libx264")
        try Program.run(
            "ffmpeg",
            [
                "-i", cover, "-i", plain, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic",
                film,
            ])
        #expect(try Reading(film).sizes == Array(repeating: [70, 50], count: 5))
    }

    @Test("Names with colons, patterns and dashes are names of files")
    func opensOddNames() throws {
        let path = folder.path("plain.mkv")
        try Program.make(path, "-c:v ffv1")
        let bytes = try readAll(path)
        for name in ["http:a.mkv", "a%03d.mkv", "-i", "a b.mkv", "pipe:0", "ü.txt"] {
            #expect(try Reading(folder.file(name, bytes)).times.count == 5, "\(name)")
        }
    }

    @Test("A named pipe is read, and a container that can't be read from one says so")
    func readsPipes() throws {
        let pipe = folder.path("fifo")
        #expect(mkfifo(pipe, 0o600) == 0)
        func read(_ name: String, size: String) throws -> Reading {
            let path = folder.path(name)
            try Program.make(path, "-c:v libx264 -qp 0", size: size)
            let bytes = try readAll(path)
            let written = DispatchGroup()
            // A reader that leaves early closes the pipe; that must not end the tests.
            signal(SIGPIPE, SIG_IGN)
            DispatchQueue.global().async(group: written) {
                try? FileHandle(forWritingTo: URL(filePath: pipe)).write(contentsOf: bytes)
            }
            defer { written.wait() }
            return try Reading(pipe)
        }
        #expect(try read("a.mkv", size: "70x50").times.count == 5)
        let reading = try read("a.mp4", size: "640x360")
        #expect(reading.times.isEmpty)
        #expect(
            reading.error?.description
                == "\(pipe): breaks off before its first frame: its index stands at its end, out of reach in a pipe; name the file instead"
        )
    }

    @Test("A playlist doesn't make the program call up hosts")
    func staysLocal() throws {
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://localhost:9/a.ts\n#EXT-X-ENDLIST\n"
        let error = try #require(refusal(folder.file("list.m3u8", list.utf8)))
        #expect(!error.description.contains("onnection"), "\(error)")
    }
}
