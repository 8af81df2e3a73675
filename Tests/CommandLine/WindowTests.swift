import Foundation
import Testing

@Suite(.enabled(if: Display.isThere, Display.missing), .serialized)
struct WindowTests {
    @Test("Keys switch overlay, bars and mirror, save what is seen, and quit with status 0")
    func keys() throws {
        let outcome = try Display.shell(
            """
            begin demo --window
            sleep 2
            key space
            sleep 1
            key s; until_true count 1 'png$'
            key o s; until_true count 2 'png$'
            key m s; until_true count 3 'png$'
            key m o b s; until_true count 4 'png$'
            key q
            finish
            sum() { ffmpeg -v error -i "$1" -vf "$2" -f md5 -; }
            number=0
            for picture in $(ls -rt *.png); do ((++number)); sum $picture null; done
            sum $(ls -rt *.png | sed -n 2p) hflip
            for result in $(ls -rt *.json); do tail -n 1 $result; done
            """)
        let lines = outcome.lines
        #expect(lines.first == "status 0")
        #expect(lines.filter { $0.hasPrefix("mien: saved mien-") }.count == 4)
        let sums = lines.filter { $0.hasPrefix("MD5=") }
        try #require(sums.count == 5)
        // With the overlay, without, the same mirrored, and with the overlay but without bars.
        #expect(Set(sums).count == 4)
        #expect(sums[4] == sums[2])
        let saved = lines.drop { !$0.hasPrefix("{") }
        let results = try saved.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        try #require(results.count == 4)
        #expect(results.allSatisfy { $0.source == "demo" && $0.faces.count == 1 })
        // Where the picture is mirrored, the face is on the other side.
        let boxes = results.map { $0.faces[0].box }
        #expect(boxes[2][0] == 640 - boxes[0][0] - boxes[0][2] && boxes[2][1...] == boxes[0][1...])
    }

    @Test("A display that goes away, or the window on it, ends the window and nothing else", arguments: [true, false])
    func lost(display: Bool) throws {
        let outcome = try Display.shell(
            """
            begin demo --window --jsonl all.jsonl --report all.html
            \(display ? "kill -KILL $(pgrep -s 0 Xvfb)" : "xdotool windowclose $window")
            until_true grep -q gone messages
            frames=$(grep -c frame all.jsonl)
            more() { (($(grep -c frame all.jsonl) > frames)); }
            until_true more
            kill -TERM $program
            finish
            tail -c 8 all.html
            """)
        #expect(outcome.lines.first == "status 143")
        #expect(outcome.lines.contains("mien: no window any more: its display has gone"))
        #expect(outcome.lines.last == "</html>")
    }

    @Test("A display that doesn't answer holds up nothing")
    func frozen() throws {
        let outcome = try Display.shell(
            """
            begin demo --window --report all.html
            kill -STOP $(pgrep -s 0 Xvfb)
            kill -TERM $program
            finish
            tail -c 8 all.html
            """)
        #expect(outcome.lines.first == "status 143")
        #expect(outcome.lines.contains("mien: the window's display doesn't answer: it isn't waited for"))
        #expect(outcome.lines.last == "</html>")
    }

    @Test("The window shows what a snapshot says, at the picture's size and enlarged")
    func content() throws {
        let outcome = try Display.shell(
            """
            begin demo --window
            sleep 2
            key space
            sleep 1
            key s; until_true count 1 'png$'
            compare() {
              eval $(xdotool getwindowgeometry --shell "$window")
              ffmpeg -v error -f x11grab -draw_mouse 0 -window_id "$window" -i $DISPLAY -frames:v 1 -y shot.bmp
              ffmpeg -v info -i shot.bmp -i mien*.png -lavfi \
                "[1]scale=$WIDTH:$HEIGHT[a];[0][a]psnr" -f null - 2>&1 | sed -n "s/.*average:\\([0-9]*\\).*/$WIDTH \\1/p"
            }
            compare
            xdotool windowsize --sync "$window" 960 540
            sleep 1
            compare
            key q
            finish
            """)
        let parts = outcome.lines.prefix(2).map { $0.split(separator: " ").compactMap { Int($0) } }
        #expect(parts.map(\.first) == [640, 960])
        for part in parts { #expect(part.last ?? 0 >= 28) }
    }

    @Test("Closing the window ends the run with status 0", .enabled(if: Program.hasMedia, Program.missingMedia))
    func closing() throws {
        // Recordings run at their own pace: these would take more than a minute.
        let clips = String(repeating: Program.clip("single_face.mp4") + " ", count: 30)
        let outcome = try Display.shell(
            """
            begin video \(clips) --window --jsonl video.jsonl
            # A busy window manager may miss a key.
            close() { xdotool windowactivate "$window" key alt+F4 2>/dev/null; sleep 0.5; ! kill -0 $program 2>/dev/null; }
            until_true close
            finish
            grep -c frame video.jsonl
            """)
        #expect(outcome.lines.first == "status 0")
        #expect((1..<2000).contains(Int(outcome.lines.last ?? "") ?? 0))
    }

    @Test("Without a display there is one line that says so, and the results")
    func noDisplay() throws {
        let outcome = try Program.run(["demo", "--seconds", "3", "--window"])
        #expect(try !outcome.frames().isEmpty)
        #expect(outcome.status == 0)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("mien: no window: there is no display (") == true)
    }
}
