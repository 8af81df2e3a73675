import Glibc
import Mien
import MienOutput
import Testing

struct SubtitleTests {
    /// Frames, 20 a second from time 0 on. In each string a letter is what a face shows in one frame (h, n, s), and a
    /// space where it isn't there; the first string is face 1.
    private func frames(_ faces: String..., from start: Double = 0) -> [FrameResult] {
        let labels: [Character: Expression] = ["h": .happy, "n": .neutral, "s": .sad]
        return (0..<(faces.map(\.count).max() ?? 0)).map { number in
            let present = faces.enumerated().compactMap { index, letters -> Face? in
                guard let label = labels[Array(letters)[number]] else { return nil }
                return Face(
                    id: index + 1, box: Box(x: 0, y: 0, width: 9, height: 9),
                    probabilities: Probabilities([0, 0, 1, 0, 0, 0]), smoothed: Smoothed(label: label, confidence: 1),
                    detected: true)
            }
            return FrameResult(
                source: "talk.mp4", frame: number, time: start + Double(number) / 20, width: 640, height: 360,
                faces: present)
        }
    }

    private func subtitles(_ frames: [FrameResult], _ format: Subtitles.Format) throws -> String {
        try writtenFile {
            Subtitles($0, format)
        } frames: {
            frames
        }
    }

    /// What cues say, as "start end: lines".
    private func cues(_ frames: [FrameResult]) throws -> [String] {
        let blocks = try subtitles(frames, .vtt).split(separator: "\n\n").dropFirst()
        return blocks.map { block in
            let lines = block.split(separator: "\n")
            let times = lines[0].split(separator: " --> ").map { $0.dropFirst(6) }
            return "\(times[0]) \(times[1]): " + lines.dropFirst().joined(separator: ", ")
        }
    }

    private func letters(_ parts: (Character, Int)...) -> String {
        parts.map { String(repeating: $0.0, count: $0.1) }.joined()
    }

    @Test("A cue begins where a face appears or changes, and ends where it changes or goes")
    func changes() throws {
        let face = letters((" ", 20), ("n", 20), ("h", 20), (" ", 20))
        #expect(
            try cues(frames(face)) == ["01.000 02.000: face 1: neutral", "02.000 03.000: face 1: happy"])
    }

    @Test("What lasts too short to be read is no change, be it a look, a face or a gap")
    func flicker() throws {
        let look = letters(("n", 20), ("h", 7), ("n", 20))
        #expect(try cues(frames(look)) == ["00.000 02.350: face 1: neutral"])
        let gap = letters(("n", 20), (" ", 7), ("n", 20))
        #expect(try cues(frames(gap)) == ["00.000 02.350: face 1: neutral"])
        #expect(try cues(frames(letters((" ", 20), ("n", 7), (" ", 20)))) == [])
    }

    @Test("A change that lasts counts from its beginning")
    func lasting() throws {
        let face = letters(("n", 20), ("h", 9), ("n", 20))
        #expect(
            try cues(frames(face)) == [
                "00.000 01.000: face 1: neutral", "01.000 01.450: face 1: happy", "01.450 02.450: face 1: neutral",
            ])
    }

    @Test("Several faces have a line each, by number; changes close together are one")
    func severalFaces() throws {
        let one = letters(("n", 40), ("h", 40))
        let two = letters((" ", 20), ("s", 24), ("h", 36))
        #expect(
            try cues(frames(one, two)) == [
                "00.000 01.000: face 1: neutral", "01.000 02.000: face 1: neutral, face 2: sad",
                "02.000 04.000: face 1: happy, face 2: happy",
            ])
    }

    @Test("No cue lasts over a gap between frames")
    func gap() throws {
        var frames = frames(letters(("n", 20))) + frames(letters(("h", 20)), from: 301)
        // A face that comes back after such a time has another number.
        for index in 20..<40 { frames[index].faces[0].id = 2 }
        #expect(
            try cues(frames) == ["00.000 01.000: face 1: neutral", "01.000 02.000: face 2: happy"])
        let text = try subtitles(frames, .srt)
        #expect(text.contains("00:05:01,000 --> 00:05:02,000"))
    }

    @Test("WebVTT and SubRip have their own ways with headers, numbers and times")
    func formats() throws {
        let frames = frames(letters(("n", 20)), from: 36_061.25)
        #expect(
            try subtitles(frames, .vtt) == """
                WEBVTT

                10:01:01.250 --> 10:01:02.250
                face 1: neutral


                """)
        #expect(
            try subtitles(frames, .srt) == """
                1
                10:01:01,250 --> 10:01:02,250
                face 1: neutral


                """)
    }

    @Test("A recording without a face has no cue")
    func nobody() throws {
        #expect(try subtitles(frames(letters((" ", 50))), .vtt) == "WEBVTT\n\n")
        #expect(try subtitles(frames(letters((" ", 50))), .srt) == "")
    }
}

/// What a sink writes for `frames`.
func writtenFile(_ make: (OutputFile) -> any Sink, frames: () -> [FrameResult]) throws -> String {
    let path = "/tmp/mien-output-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { unlink(path) }
    let sink = make(try OutputFile(path))
    try sink.begin(RunDescription(model: "report"))
    for frame in frames() { try sink.write(frame) }
    try sink.finish()
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 24)
    return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
}
