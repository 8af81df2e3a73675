import Foundation
import Testing

/// Recordings that aren't as they should be, or as most are: the same person is seen in all of them, as in the one that they
/// were made of.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct OddRecordingTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private struct Look {
        var frames: [Line]
        /// What ffprobe says of the copy's pictures.
        var copy: [Substring]
        var times: [Double]
    }

    /// Runs lines of bash that make the file `name` of a clip, and has a copy made of that.
    private func look(_ lines: String, _ name: String, copy: String = "copy.mp4", _ more: String = "") throws -> Look {
        let outcome = try Program.shell(
            """
            set -e; cd "$1"; clip=$2; make() { ffmpeg -y -v error -i "$clip" -an "$@"; }
            \(lines)
            "$MIEN" video '\(name)' --out \(copy) --jsonl - \(more)
            """, [folder.path(""), Program.clip("single_face.mp4")])
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        let path = folder.path(copy)
        let entries = "stream=width,height,sample_aspect_ratio,pix_fmt:stream_side_data=rotation"
        let stream = try Program.shell(
            "ffprobe -v error -select_streams v -show_entries \(entries) -of csv=p=0 '\(path)'")
        let times = try Program.shell(
            "ffprobe -v error -select_streams v -show_entries frame=pts_time -of csv=p=0 '\(path)'")
        return Look(
            frames: try outcome.frames(), copy: stream.lines,
            times: times.lines.compactMap { Double($0.prefix { $0 != "," }) })
    }

    /// That he is seen in (nearly) all frames, as one person, where he is, with times that rise by a frame each.
    private func expectHim(_ look: Look, frames: Int = 72, width: Int = 640, height: Int = 360) {
        #expect(look.frames.count == frames)
        #expect(look.frames.allSatisfy { $0.width == width && $0.height == height })
        #expect(look.frames.filter { $0.faces.count == 1 }.count >= frames - 2)
        #expect(Set(look.frames.flatMap { $0.faces.map(\.id) }) == [1])
        for frame in look.frames {
            guard let box = frame.faces.first?.box else { continue }
            #expect(abs(box[0] + box[2] / 2 - width * 29 / 64) < width / 12, "frame \(frame.frame)")
            #expect(abs(box[2] - box[3]) < 4)
        }
        let labels = look.frames.compactMap(\.faces.first?.label)
        #expect(Set(labels).isSubset(of: ["neutral", "happy"]))
        let steps = zip(look.frames, look.frames.dropFirst()).map { $1.time - $0.time }
        #expect(steps.allSatisfy { abs($0 - 1 / 30) < 0.0011 }, "\(steps.filter { abs($0 - 1 / 30) >= 0.0011 })")
        #expect(look.times.count == frames)
        #expect(zip(look.times, look.frames).allSatisfy { abs($0 - $1.time) < 0.0011 })
    }

    @Test(
        "Recordings without stamps are read and copied",
        arguments: ["libx264 -bf 2", "libx265 -x265-params log-level=none"])
    func withoutStamps(_ codec: String) throws {
        let name = codec.hasPrefix("libx264") ? "raw.h264" : "raw.hevc"
        expectHim(try look("make -c:v \(codec) -preset ultrafast \(name)", name))
    }

    @Test(
        "Boxes and pictures are those of the displayed picture, and the copy keeps its own pixels",
        arguments: [
            ("scale=360:360,setsar=16/9", "360,360,16:9"), ("scale=1280:360,setsar=1/2", "1280,360,1:2"),
            ("scale=480:360,setsar=4/3", "480,360,4:3"),
        ])
    func pixelAspect(_ filter: String, _ copy: String) throws {
        let look = try look("make -vf \(filter) -c:v libx264 -preset ultrafast in.mp4", "in.mp4")
        expectHim(look)
        #expect(look.copy.first?.hasPrefix(copy) == true, "\(look.copy)")
    }

    @Test("A shape that no pixels have is not believed")
    func lyingAspect() throws {
        expectHim(
            try look("make -c:v mpeg4 -q 3 one.mp4; ffmpeg -v error -i one.mp4 -c copy -aspect 1:100 in.mkv", "in.mkv"))
    }

    @Test(
        "Pixels that aren't square are turned, too",
        arguments: [("mp4", "360,480,3:4,yuv420p,90"), ("mkv", "480,270,1:1,yuv420p")])
    func turnedAspect(_ kind: String, _ copy: String) throws {
        let look = try look(
            """
            make -vf transpose=1,scale=360:480,setsar=3/4 -c:v libx264 -preset ultrafast side.mp4
            ffmpeg -v error -i side.mp4 -c copy -metadata:s:v rotate=90 in.mp4
            """, "in.mp4", copy: "copy.\(kind)")
        expectHim(look, width: 480, height: 270)
        #expect(look.copy.joined(separator: ",").hasPrefix(copy), "\(look.copy)")
    }

    @Test("Frames and faces of a dump are those of the displayed picture")
    func dumpedAspect() throws {
        let outcome = try Program.shell(
            """
            cd "$1"; ffmpeg -v error -i "$2" -an -vf scale=360:360,setsar=16/9 -frames:v 3 -c:v libx264 in.mp4
            "$MIEN" dump in.mp4 --to out -q; ffprobe -v error -show_entries stream=width,height -of csv=p=0 out/frames/*0.png
            ffprobe -v error -show_entries stream=width,height -of csv=p=0 out/faces/*/*0-001.png
            """, [folder.path(""), Program.clip("single_face.mp4")])
        let sizes = outcome.lines.map { $0.split(separator: ",").compactMap { Int($0) } }
        try #require(sizes.count == 2 && sizes[1].count == 2, "\(outcome)")
        #expect(sizes[0] == [640, 360])
        #expect(abs(sizes[1][0] - sizes[1][1]) < 4 && sizes[1][0] > 190)
    }

    @Test(
        "Joined broadcasts go on where one ends, pictures and sound",
        arguments: [(300.0, 0.0), (1, 0), (0, 50_000), (0, 7200)])
    func joined(_ first: Double, _ second: Double) throws {
        let look = try look(
            """
            for start in \(first) \(second); do
                ffmpeg -v error -i "$clip" -f lavfi -i sine=d=2.4 -map 0:v -map 1:a -c:v libx264 -bf 2 -preset ultrafast \\
                    -c:a mp2 -output_ts_offset $start -f mpegts - >>in.ts
            done
            """, "in.ts")
        expectHim(look, frames: 144)
        let sound = try Program.shell(
            "ffprobe -v error -select_streams a -show_entries packet=pts_time -of csv=p=0 '\(folder.path("copy.mp4"))'")
        let times = sound.lines.compactMap { Double($0.prefix { $0 != "," }) }
        #expect(zip(times, times.dropFirst()).allSatisfy { (0.01...0.06).contains($1 - $0) })
        #expect(abs((times.last ?? 0) - 4.78) < 0.1)
    }

    @Test("A clock that runs over, and discs that were joined, are one recording")
    func clocks() throws {
        let wrapped = try look(
            "make -c:v libx264 -preset ultrafast -output_ts_offset 95442.5 -f mpegts in.ts", "in.ts", copy: "one.mp4")
        expectHim(wrapped)
        let discs = try look(
            "for start in 100 5; do make -c:v mpeg2video -q 3 -output_ts_offset $start -f mpeg - >>in.mpg; done",
            "in.mpg")
        expectHim(discs, frames: 144)
    }

    @Test("A gap of minutes is kept, and no subtitle and no face lasts over it")
    func gap() throws {
        let look = try look(
            """
            for start in 0 300; do
                make -c:v libx264 -bf 0 -preset ultrafast -output_ts_offset $start -f mpegts - >>in.ts
            done
            """, "in.ts", copy: "copy.mp4", "--srt in.srt --csv in.csv")
        #expect(look.frames.count == 144)
        #expect((299...303).contains(look.frames[72].time))
        #expect(look.times.count == 144 && abs(look.times[72] - look.frames[72].time) < 0.002)
        let cues = try folder.read("in.srt").split(separator: "\n").filter { $0.contains(" --> ") }
        #expect(cues.count >= 2)
        for cue in cues {
            let ends = cue.components(separatedBy: " --> ").map { $0.hasPrefix("00:00:0") }
            #expect(ends == [true, true] || ends == [false, false], "\(cue)")
        }
    }

    @Test("Where the picture's size changes, boxes are in its own pixels and the copy stays as it began")
    func sizes() throws {
        let look = try look(
            """
            make -t 1 -c:v libx264 -preset ultrafast -f mpegts one.ts
            make -ss 1 -vf scale=960:540 -c:v libx264 -preset ultrafast -f mpegts two.ts; cat one.ts two.ts >in.ts
            """, "in.ts")
        let (before, after) = (look.frames.filter { $0.width == 640 }, look.frames.filter { $0.width == 960 })
        #expect(before.count + after.count == look.frames.count && before.count > 25 && after.count > 35)
        #expect(look.frames.filter { $0.faces.count == 1 }.count >= look.frames.count - 2)
        #expect(Set(look.frames.flatMap { $0.faces.map(\.id) }) == [1])
        #expect(Set(look.frames.compactMap(\.faces.first?.label)).isSubset(of: ["neutral", "happy"]))
        for frame in after { #expect(abs((frame.faces.first?.box[2] ?? 0) - 320) < 40, "frame \(frame.frame)") }
        #expect(look.copy == ["640,360,1:1,yuv420p"])
        // The copy shows the same face where the first size has it.
        let again = try Program.run(["video", folder.path("copy.mp4")]).frames()
        #expect(again.filter { $0.faces.count == 1 }.count >= again.count - 2)
    }

    @Test("Pictures of another shape are fitted into the first ones, and their boxes with them")
    func shapes() throws {
        let look = try look(
            """
            make -t 1 -c:v mpeg2video -q 3 -f mpegts one.ts
            make -t 1 -vf crop=360:360:110:0 -c:v mpeg2video -q 3 -f mpegts two.ts; cat one.ts two.ts >in.ts
            """, "in.ts", copy: "copy.mp4", "--privacy box")
        #expect(look.frames.suffix(20).allSatisfy { $0.width == 360 && $0.faces.count == 1 })
        #expect(look.copy == ["640,360,1:1,yuv420p"])
        // Were the boxes elsewhere, the face would still be seen.
        let again = try Program.run(["video", folder.path("copy.mp4")]).frames()
        #expect(again.filter { !$0.faces.isEmpty }.count <= 3)
    }

    @Test("H.264's message of how to turn pictures holds until the next one")
    func message() throws {
        let path = folder.path("side.h264")
        let made = try Program.shell(
            """
            ffmpeg -v error -i "$1" -an -vf transpose=1 -c:v libx264 -preset ultrafast -g 20 -bf 0 "$2"
            """, [Program.clip("single_face.mp4"), path])
        try #require(made.errors == "")
        // A quarter turn counterclockwise, once, before the first picture.
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let starts = bytes.indices.dropLast(3).filter { bytes[$0...].starts(with: [0, 0, 1]) }
        let picture = try #require(starts.first { bytes[$0 + 3] & 31 == 5 })
        let message: [UInt8] = [0, 0, 1, 6, 47, 3, 8, 0, 9, 0x80]
        _ = try folder.write("in.h264", bytes[..<picture] + message + bytes[picture...])
        let look = try look("", "in.h264", copy: "copy.mp4")
        expectHim(look)
        #expect(look.copy == ["640,360,1:1,yuv420p"])
    }

    @Test(
        "A copy for players has 8 bits and halved chroma, others what the recording has",
        arguments: [
            ("yuv422p10le", "mp4", "", "yuv420p"), ("yuv444p", "m4v", "", "yuv420p"),
            ("yuv420p10le", "webm", "", "yuv420p"),
            ("yuv422p10le", "mov", "", "yuv422p10le"), ("yuv444p", "mkv", "", "yuv444p"),
            ("yuv420p10le", "mp4", "--keep-pixel-format", "yuv420p10le"), ("yuvj420p", "mp4", "", "yuvj420p"),
        ])
    func pixelFormats(_ format: String, _ kind: String, _ option: String, _ copy: String) throws {
        let look = try look(
            "make -frames:v 5 -c:v libx264 -preset ultrafast -pix_fmt \(format) in.mkv", "in.mkv", copy: "copy.\(kind)",
            option)
        #expect(look.frames.count == 5)
        #expect(look.copy.first?.split(separator: ",").last == Substring(copy), "\(look.copy)")
    }

    @Test("The cases that others told of")
    func cases() throws {
        for (name, frames) in [
            ("raw_h264_5_frames.h264", 5), ("joined_second_part_starts_26h_earlier.ts", 144),
            ("joined_parts_overlap_0.3s.ts", 72), ("anamorphic_sar_16x9.mp4", 72),
        ] {
            let path = Program.clip("cases/\(name)")
            guard FileManager.default.fileExists(atPath: path) else { continue }
            expectHim(try look("", path), frames: frames)
        }
    }
}
