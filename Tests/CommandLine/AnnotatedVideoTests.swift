import Foundation
import Testing

/// What `--out` writes, as ffprobe and ffmpeg see it.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct AnnotatedVideoTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func probe(_ file: String, _ what: String) throws -> [Substring] {
        let outcome = try Program.shell("ffprobe -v warning \(what) -of csv=p=0 '\(file)'")
        #expect(outcome.errors == "", "ffprobe has something to say of \(file)")
        return outcome.lines
    }

    private func times(_ file: String) throws -> [Substring] {
        try probe(file, "-select_streams v -show_entries frame=pts_time").map { $0.prefix { $0 != "," } }
    }

    /// The packets' checksums and times, without their durations, of which the last has none in some containers.
    private func sound(_ file: String) throws -> [[Substring]] {
        let outcome = try Program.shell("ffmpeg -v error -i '\(file)' -map 0:a -c copy -f framemd5 - | grep -v '^#'")
        return outcome.lines.map { line in
            let fields = line.split(separator: ",")
            return [fields[1], fields[2], fields[4], fields[5]]
        }
    }

    private func annotate(_ clip: String, as name: String, _ more: String...) throws -> (path: String, frames: [Line]) {
        let path = folder.path(name)
        let outcome = try Program.run(["video", Program.clip(clip), "--out", path, "--jsonl", "-"] + more)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        return (path, try outcome.frames())
    }

    @Test(
        "A copy has every frame at its time, and the same sound",
        arguments: [
            ("single_face.mp4", "mp4"), ("single_face.mp4", "mkv"), ("noface_face.mov", "mp4"),
            ("noface_face.mov", "mov"),
        ])
    func copy(_ clip: String, _ kind: String) throws {
        let (path, frames) = try annotate(clip, as: "copy.\(kind)")
        let original = Program.clip(clip)
        if kind == "mkv" {
            // Matroska counts milliseconds, and has no times before 0: sound that begins there moves everything along.
            let shifts = zip(try times(path), try times(original)).map { (Double($0) ?? 0) - (Double($1) ?? 1) }
            #expect((shifts.max() ?? 1) - (shifts.min() ?? 0) < 0.00151)
        } else {
            #expect(try times(path) == times(original))
            #expect(try sound(path) == sound(original))
        }
        #expect(try times(path).count == frames.count)
        #expect(try sound(path).map(\.last) == sound(original).map(\.last))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Runs lines of bash that make `in.ts` or the like of a clip, and then the program; gives what ffprobe says of the copy.
    private func remade(_ lines: String, _ input: String, _ copies: String..., what: String) throws -> [[Substring]] {
        let out = copies.map { "--out '\($0)'" }.joined(separator: " ")
        let outcome = try Program.shell(
            """
            cd '\(folder.path(""))'; clip='\(Program.clip("single_face.mp4"))'
            \(lines)
            "$MIEN" video \(input) \(out) --jsonl lines.jsonl
            """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors == "")
        return try copies.map { try probe(folder.path($0), what) }
    }

    @Test(
        "Sound of broadcasts, FLAC and what Windows names come through",
        arguments: [
            ("-c:a aac -f mpegts", "mp4", "aac"), ("-c:a aac -f mpegts", "mov", "aac"),
            ("-c:a aac -f mpegts", "mkv", "aac"),
            ("-c:a flac -f matroska", "mp4", "flac"), ("-c:a wmav2 -f asf", "mkv", "wmav2"),
            ("-c:a adpcm_ms -f avi", "mkv", "adpcm_ms"),
        ])
    func sounds(_ options: String, _ kind: String, _ codec: String) throws {
        let found = try remade(
            "ffmpeg -v error -i $clip -f lavfi -i sine=d=2.4 -map 0:v -map 1:a -c:v libx264 \(options) in", "in",
            "out.\(kind)",
            what:
                "-select_streams a -show_entries stream=codec_name -count_packets -show_entries stream=nb_read_packets")
        let fields = try #require(found.first?.first).split(separator: ",")
        #expect(fields.first == Substring(codec))
        #expect(fields.last.flatMap { Int($0) } ?? 0 > 4)
        #expect(try sound(folder.path("out.\(kind)")).map(\.last).isEmpty == false)
    }

    @Test(
        "Where container and codec differ about the shape of pixels, the container's word holds",
        arguments: ["mp4", "mkv", "webm"])
    func shape(_ kind: String) throws {
        let found = try remade(
            """
            ffmpeg -v error -i $clip -an -c:v libx264 -vf setsar=1 one.mp4
            ffmpeg -v error -i one.mp4 -c copy -aspect 4:3 in.mkv
            """, "in.mkv", "out.\(kind)", what: "-show_entries stream=display_aspect_ratio")
        #expect(found == [["4:3"]])
    }

    @Test(
        "Joined recordings go on where one ends, and times begin at the start, with sound and without",
        arguments: [true, false])
    func joined(hasSound: Bool) throws {
        let sound = hasSound ? "-f lavfi -i sine=d=2.4 -map 0:v -map 1:a -c:a mp2" : "-an"
        _ = try remade(
            """
            ffmpeg -v error -i $clip \(sound) -c:v libx264 -bf 0 -output_ts_offset 3600 -f mpegts one.ts; cat one.ts one.ts > in.ts
            """, "in.ts", "out.mp4", what: "-show_entries format=start_time")
        let lines = try Program.Outcome(output: folder.read("lines.jsonl"), errors: "", status: 0).frames()
        let times = try times(folder.path("out.mp4")).compactMap { Double($0) }
        #expect(lines.count == 144 && times.count == 144)
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.time < $1.time })
        for (line, time) in zip(lines, times) { #expect(abs(line.time - time) < 0.002) }
        #expect((4.7...4.9).contains(times.last ?? 0))
        if hasSound {
            let stamps = try self.sound(folder.path("out.mp4")).compactMap {
                Int($0[1].trimmingCharacters(in: .whitespaces))
            }
            #expect(zip(stamps, stamps.dropFirst()).allSatisfy(<))
        }
    }

    @Test("Two copies at once both have the sound")
    func twoCopies() throws {
        let outcome = try Program.run([
            "video", Program.clip("noface_face.mov"), "--each", "mp4,mkv", "--to", folder.path("two"),
        ])
        #expect(outcome.status == 0)
        let original = try sound(Program.clip("noface_face.mov")).map(\.last)
        for kind in ["mp4", "mkv"] {
            #expect(try sound(folder.path("two/noface_face.annotated.\(kind)")).map(\.last) == original)
        }
    }

    @Test("A pipe gets the fragments, what a link leads to is written, and nobody's .part is touched")
    func names() throws {
        let outcome = try Program.shell(
            """
            cd '\(folder.path(""))'; clip='\(Program.clip("single_face.mp4"))'
            mkfifo pipe.mp4; cat pipe.mp4 >got.mp4 & timeout 60 "$MIEN" video $clip --out pipe.mp4 -q; echo $?; wait
            mkdir real; ln -s real/a.mp4 link.mp4; echo mine >real/a.mp4.part; "$MIEN" video $clip --out link.mp4 -q; echo $?
            cat real/a.mp4.part; test -L link.mp4 && ls real; head -c 300 $clip >/dev/null
            mkfifo f.mkv; head -c 300 f.mkv >/dev/null & "$MIEN" video '\(Program.clip("noface_face.mov"))' --out f.mkv --csv o.csv -q
            echo $?; wc -l <o.csv
            """)
        #expect(outcome.errors == "")
        #expect(outcome.lines == ["0", "0", "mine", "a.mp4", "a.mp4.part", "0", outcome.lines.last])
        #expect(Int(outcome.lines.last ?? "") ?? 0 > 10)
        for file in ["got.mp4", "real/a.mp4"] { #expect(try times(folder.path(file)).count == 72) }
    }

    @Test("A recording that is stored on its side stays so, and says so")
    func rotated() throws {
        let (path, _) = try annotate("single_face_portrait_rotated.mp4", as: "turned.mp4")
        let entries = "-select_streams v -show_entries stream=width,height:stream_side_data=rotation"
        #expect(try probe(path, entries) == probe(Program.clip("single_face_portrait_rotated.mp4"), entries))
    }

    /// A recording with chapters, a cover, subtitles and GoPro's data.
    private func rich(_ kind: String, withSound: Bool) throws -> String {
        let chapters = """
            ;FFMETADATA1
            [CHAPTER]
            TIMEBASE=1/1000
            START=0
            END=1000
            title=First; "part"
            [CHAPTER]
            TIMEBASE=1/1000
            START=1000
            END=2400
            title=Sécond

            """
        let text = "1\n00:00:00,200 --> 00:00:00,900\nOne\n\n2\n00:00:01,500 --> 00:00:02,000\nTwo\n"
        _ = try folder.write("chapters.txt", chapters.utf8)
        _ = try folder.write("text.srt", text.utf8)
        let outcome = try Program.shell(
            """
            set -e; cd "$1"; clip=$2; cover=$3
            if [[ $4 == mkv ]]; then
                ffmpeg -v error -i "$clip" -i chapters.txt -i text.srt -map $5 -map 2 -map_chapters 1 -c copy \\
                    -attach "$cover" -metadata:s:t:0 mimetype=image/png -metadata:s:t:0 filename=cover.png \\
                    -attach text.srt -metadata:s:t:1 mimetype=application/x-truetype-font -metadata:s:t:1 filename=a.ttf \\
                    rich.mkv
            else
                # FFmpeg doesn't make such data, but what differs are names of four letters.
                ffmpeg -v error -i "$clip" -i text.srt -map 0 -map 1 -c copy -c:s mov_text data.mp4
                LC_ALL=C sed -i 's/tx3g/gpmd/g; s/sbtl/meta/g' data.mp4
                ffmpeg -v error -i data.mp4 -i chapters.txt -i text.srt -i "$cover" -map 0 -map 2 -map 3 -map_chapters 1 \\
                    -c copy -c:s mov_text -disposition:v:1 attached_pic rich.$4
            fi
            """,
            [
                folder.path(""), Program.clip("single_face.mp4"), Program.clip("astronaut.png"), kind,
                withSound ? "0" : "0:v",
            ])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return folder.path("rich.\(kind)")
    }

    private func chapters(_ file: String) throws -> [Substring] {
        try Program.shell(
            "ffprobe -v error -show_entries chapter=start_time,end_time:chapter_tags -of csv=p=0 '\(file)'"
        ).lines
    }

    /// Times and checksums of the packets of the streams that `map` names.
    private func packets(_ file: String, _ map: String) throws -> [Substring] {
        try Program.shell("ffmpeg -v error -i '\(file)' -map \(map) -c copy -f framemd5 - | grep -v '^#'").lines
    }

    /// The lines of a file's subtitles, as SubRip, with times in tenths of a second: in Matroska, sound that begins before 0
    /// moves everything along.
    private func subtitles(_ file: String) throws -> [Substring] {
        let tenths = "sed -E 's/,([0-9])[0-9]{2}/,\\1/g'"
        return try Program.shell("ffmpeg -v error -i '\(file)' -map 0:s -f srt - | grep . | \(tenths)").lines
    }

    @Test(
        "Chapters, cover, subtitles and data are in the copy, too",
        arguments: [("mp4", "mp4"), ("mp4", "mkv"), ("mkv", "mkv"), ("mkv", "mp4"), ("mp4", "mov"), ("mkv", "webm")])
    func enclosed(_ from: String, _ to: String) throws {
        let (original, copy) = (try rich(from, withSound: to != "webm"), folder.path("copy.\(to)"))
        let outcome = try Program.run(["video", original, "--out", copy, "--jsonl", "/dev/null"])
        #expect(outcome.status == 0)
        #expect(try chapters(copy) == chapters(original))
        #expect(try chapters(copy).count == 2)

        let messages = outcome.errors.split(separator: "\n").map { $0.dropFirst("mien: \(copy): without ".count) }
        let expected: [String] =
            switch (from, to) {
            case ("mp4", "mp4"): []
            case ("mp4", "mkv"):
                ["data, which .mkv doesn't take in bin_data"]
            case ("mp4", "mov"):
                ["data, which .mov doesn't take in bin_data", "the cover (.mov takes none like it)"]
            case ("mkv", "mp4"):
                ["the attachment (.mp4 takes none like it)"]
            case ("mkv", "webm"):
                ["the cover (.webm takes none like it)", "the attachment (.webm takes none like it)"]
            default: []
            }
        #expect(Set(messages.map(String.init)) == Set(expected))
        #expect(messages.count == expected.count)

        let cover = try Data(contentsOf: URL(filePath: Program.clip("astronaut.png")))
        if !expected.contains(where: { $0.contains("cover") }) {
            let entries =
                "-select_streams v:1 -show_entries stream=codec_name:stream_disposition=attached_pic -of csv=p=0"
            #expect(try Program.shell("ffprobe -v error \(entries) '\(copy)'").output == "png,1\n")
            let picture = folder.path("cover.png")
            _ = try Program.shell("ffmpeg -y -v error -i '\(copy)' -map 0:v:1 -c copy -f image2pipe '\(picture)'")
            #expect(try Data(contentsOf: URL(filePath: picture)) == cover)
        }
        if from == "mkv", to == "mkv" {
            _ = try Program.shell("cd '\(folder.path(""))'; ffmpeg -v error -dump_attachment:t:0 font -i copy.mkv")
            #expect(try folder.read("font") == folder.read("text.srt"))
        }
        for map in to == "mp4" && from == "mp4" ? ["0:d:0", "0:s"] : to == "mov" ? ["0:s"] : [] {
            #expect(try packets(copy, map) == packets(original, map))
            #expect(try packets(copy, map).count == 4)
        }
        if to == "mkv", from == "mkv" {
            #expect(
                try packets(copy, "0:s").map { $0.split(separator: ",").last }
                    == packets(original, "0:s").map { $0.split(separator: ",").last })
        }
        // Whatever form their container takes them in.
        let shown = try subtitles(copy)
        #expect(shown == ["1", "00:00:00,2 --> 00:00:00,9", "One", "2", "00:00:01,5 --> 00:00:02,0", "Two"])
        let frames = try Program.shell(
            "ffprobe -v error -select_streams v:0 -show_entries packet=size -of csv=p=0 '\(copy)'")
        #expect(frames.lines.count == 72)
    }

    @Test("Large pictures, which are decoded a second time, are drawn on in their turn, too")
    func large() throws {
        let original = folder.path("large.mp4")
        let made = try Program.shell(
            "ffmpeg -v error -i '\(Program.clip("single_face.mp4"))' -vf scale=1440:810 -preset ultrafast '\(original)'"
        )
        try #require(made.status == 0, "\(made.errors)")
        let copy = folder.path("copy.mp4")
        #expect(try Program.run(["video", original, "--out", copy, "--jsonl", "/dev/null"]).errors == "")
        #expect(try times(copy) == times(original))
        #expect(try sound(copy) == sound(original))
        // Below the face nothing is drawn: there each picture is most like its own.
        let numbers = [0, 40, 71]
        let below = 600 * 1440 * 3
        let originals = try numbers.map { Array(try picture(original, $0)[below...]) }
        for (index, number) in numbers.enumerated() {
            let drawnOn = try picture(copy, number)[below...]
            let changes = originals.map { zip($0, drawnOn).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } }
            #expect(changes.min() == changes[index])
            #expect(Double(changes[index]) / Double(drawnOn.count) < 5)
        }
    }

    /// A recording of small pictures that goes on with larger ones.
    private func growing(to size: String) throws -> String {
        let path = folder.path("growing.mjpeg")
        let clip = Program.clip("single_face.mp4")
        let made = try Program.shell(
            """
            make() { ffmpeg -v error -i '\(clip)' -vf scale=$1 -frames:v $2 -pix_fmt yuvj420p -f mjpeg -; }
            { make 320:180 3; make \(size) 2; } > '\(path)'
            """)
        try #require(made.errors == "")
        return path
    }

    @Test("A recording whose pictures grow is drawn on to its end") func growing() throws {
        let (original, copy) = (try growing(to: "1920:1080"), folder.path("copy.mp4"))
        let outcome = try Program.run(["video", original, "--out", copy, "--jsonl", "-"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.frames().map(\.width) == [320, 320, 320, 1920, 1920])
        // A file's pictures have one size, which is that of the first.
        let (start, end) = (try picture(copy, 2), try picture(copy, 4))
        #expect(start.count == 320 * 180 * 3 && end.count == start.count)
        let difference = zip(start, end).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(difference) / Double(start.count) < 20)
    }

    @Test("Pictures too large to be kept beside small ones are refused, and what came before them is saved")
    func growingTooLarge() throws {
        let (original, copy) = (try growing(to: "5120:3300"), folder.path("copy.mp4"))
        let outcome = try Program.run(["video", original, "--out", copy, "--jsonl", "-"])
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("frame 3 is 5120x3300, too large to be kept"))
        #expect(try outcome.frames().count == 3)
        #expect(try times(copy).count == 3)
    }

    /// Frame `number` in RGB, upright.
    private func picture(_ file: String, _ number: Int) throws -> [UInt8] {
        let raw = folder.path("raw")
        let filter = "select=eq(n\\,\(number))"
        let outcome = try Program.shell(
            "ffmpeg -y -v error -i '\(file)' -vf '\(filter)' -frames:v 1 -pix_fmt rgb24 -f rawvideo '\(raw)'")
        #expect(outcome.errors == "")
        return Array(try Data(contentsOf: URL(filePath: raw)))
    }

    @Test(
        "Boxes are drawn where the results say, and the rest is left as it was",
        arguments: ["single_face.mp4", "single_face_portrait_rotated.mp4"])
    func boxes(_ clip: String) throws {
        let (path, frames) = try annotate(clip, as: "boxes.mp4", "--quality", "95")
        let number = 40
        let frame = frames[number]
        let face = try #require(frame.faces.first)
        let (before, after) = (try picture(Program.clip(clip), number), try picture(path, number))
        try #require(before.count == frame.width * frame.height * 3 && after.count == before.count)
        func change(_ x: Int, _ y: Int) -> Int {
            let at = 3 * (y * frame.width + x)
            return (0..<3).map { abs(Int(before[at + $0]) - Int(after[at + $0])) }.max() ?? 0
        }
        let (left, top, width, height) = (face.box[0], face.box[1], face.box[2], face.box[3])
        // The outline eases after the face by a pixel or two.
        for share in [0.3, 0.4, 0.5] {
            let (x, y) = (left + Int(share * Double(width)), top + Int(share * Double(height)))
            for edge in [top, top + height] where edge < frame.height - 4 {
                #expect((edge - 4...edge + 4).contains { change(x, $0) > 60 }, "no outline at \(x),\(edge)")
            }
            for edge in [left, left + width] where edge < frame.width - 4 {
                #expect((edge - 4...edge + 4).contains { change($0, y) > 60 }, "no outline at \(edge),\(y)")
            }
        }
        let inside = (0..<width / 4).flatMap { x in
            (0..<height / 4).map { y in change(left + width * 3 / 8 + x, top + height / 4 + y) }
        }
        #expect(inside.reduce(0, +) < 6 * inside.count)
    }

    @Test("With --privacy the face can't be found again")
    func privacy() throws {
        let (path, frames) = try annotate("single_face.mp4", as: "blurred.mp4", "--privacy", "blur")
        #expect(frames.filter { !$0.faces.isEmpty }.count >= 70)
        let again = try Program.run(["video", path]).frames()
        #expect(again.filter { !$0.faces.isEmpty }.count <= 3)
    }

    @Test("After SIGINT the video and the lines end with the same frame")
    func interrupted() throws {
        let (video, lines) = (folder.path("cut.mp4"), folder.path("cut.jsonl"))
        let outcome = try Program.shell(
            """
            "$MIEN" demo --seconds 3000 --out '\(video)' --jsonl '\(lines)' &
            until [[ -s '\(lines)' ]]; do sleep 0.02; done
            kill -INT $!; wait $!
            """)
        #expect(outcome.status == 130)
        let written = try folder.read("cut.jsonl").split(separator: "\n").count - 1
        #expect(written > 0)
        #expect(try times(video).count == written)
    }

    @Test("After SIGKILL the video plays, but for the last second")
    func killed() throws {
        let video = folder.path("killed.mp4")
        _ = try Program.shell(
            """
            "$MIEN" demo --seconds 3000 --out '\(video)' --jsonl '\(video).jsonl' &
            until [[ $(grep -c frame '\(video).jsonl') -gt 90 ]]; do sleep 0.05; done
            kill -KILL $!; wait $!
            """)
        #expect(try times(video).count >= 30)
    }

    @Test("Nor is more lost where subtitles are few")
    func killedWithSubtitles() throws {
        _ = try folder.write("text.srt", "1\n00:00:00,200 --> 00:00:00,900\nOne\n".utf8)
        let outcome = try Program.shell(
            """
            cd "$1"; ffmpeg -v error -stream_loop 20 -i "$2" -i text.srt -map 0 -map 1 -c copy -c:s mov_text long.mp4
            "$MIEN" video long.mp4 --out killed.mp4 --jsonl >(cat >lines) -q & id=$!
            until [[ -e lines && $(grep -c frame lines) -gt 250 ]]; do sleep 0.05; done
            kill -KILL $id; wait $id; grep -c frame lines
            """, [folder.path(""), Program.clip("single_face.mp4")])
        let lines = try #require(outcome.lines.last.flatMap { Int($0) })
        let pictures = try times(folder.path("killed.mp4")).count
        #expect(lines > 250 && pictures > lines - 100)
    }

    @Test("Where there is no room, a message says so, and what was written plays")
    func fullDisk() throws {
        let mount = folder.path("small")
        let outcome = try Program.shell(
            """
            mkdir '\(mount)' && mount -t tmpfs -o size=600k none '\(mount)' 2>/dev/null || { echo no mount; exit 0; }
            trap "umount '\(mount)'" EXIT
            "$MIEN" demo --seconds 3000 --out '\(mount)/full.mp4' -q; echo "status $?"
            ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 '\(mount)/full.mp4'
            """)
        if outcome.output == "no mount\n" {
            print("skipped: no right to mount a small file system")
            return
        }
        #expect(outcome.lines.first == "status 1")
        #expect(outcome.errors.contains("full.mp4: No space left on device (free some space, or write elsewhere)"))
        #expect(!outcome.errors.contains("partial file"))
        #expect((outcome.lines.last.flatMap { Int($0) } ?? 0) >= 30)
    }

    @Test(
        "Frames from a pipe are recorded in their colours, whatever their layout",
        arguments: ["yuyv422", "nv12", "rgb24"])
    func recorded(_ format: String) throws {
        let (video, clip) = (folder.path("live.mp4"), Program.clip("single_face.mp4"))
        let outcome = try Program.shell(
            """
            ffmpeg -v error -re -i '\(clip)' -t 1 -f rawvideo -pix_fmt \(format) - |
            "$MIEN" live --device - --size 640x360 --format \(format) --record '\(video)' --jsonl /dev/null -q
            """)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let (original, copy) = (try picture(clip, 0), try picture(video, 0))
        try #require(original.count == copy.count)
        // The lower left corner, where nothing is drawn.
        let corner = (300..<360).flatMap { y in (0..<100).flatMap { x in (0..<3).map { 3 * (640 * y + x) + $0 } } }
        let difference = corner.reduce(0) { $0 + abs(Int(original[$1]) - Int(copy[$1])) }
        #expect(Double(difference) / Double(corner.count) < 4)
    }

    @Test("Other pictures beside those that are looked at are left out, and that is said")
    func otherPictures() throws {
        let path = folder.path("two.mkv")
        let made = try Program.shell(
            "ffmpeg -v error -i '\(Program.clip("single_face.mp4"))' -map 0:v -map 0:v -c copy '\(path)'")
        #expect(made.status == 0)
        let outcome = try Program.run(["video", path, "--out", folder.path("one.mkv")])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("without the other pictures in it"), "\(outcome.errors)")
        #expect(try probe(folder.path("one.mkv"), "-show_entries stream=codec_type") == ["video"])
    }

    @Test("Sound that the container can't hold is refused, and the container that can is named")
    func foreignSound() throws {
        let outcome = try Program.run(["video", Program.clip("noface_face.mov"), "--out", folder.path("a.webm")])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(".webm takes no sound in aac"))
        #expect(outcome.errors.contains(".mkv"))
    }

    @Test("A name that says of no kind of video is refused before anything is done")
    func unknownKind() throws {
        let outcome = try Program.run(["video", Program.clip("single_face.mp4"), "--out", folder.path("a.xyz")])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("must end in one of .mp4, "))
    }
}
