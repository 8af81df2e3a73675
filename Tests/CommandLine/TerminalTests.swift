import Foundation
import Testing

/// The readout that is redrawn in place, in a real terminal.
@Suite(.enabled(if: Tmux.isThere, Tmux.missing), .serialized)
struct TerminalTests {
    /// Whether the screen shows one of the last lines of JSON: each face's id, steady label and its confidence.
    private func shows(_ screen: String, oneOf lines: ArraySlice<Line>) -> Bool {
        lines.contains { line in
            !line.faces.isEmpty
                && line.faces.allSatisfy { face in
                    let percent = Int((face.smoothed.confidence * 100).rounded())
                    return screen.contains("face \(face.id)  \(face.smoothed.label) \(percent) %")
                }
        }
    }

    @Test("It shows what the JSON Lines say, at any size", arguments: [(80, 24), (200, 50)])
    func content(columns: Int, rows: Int) throws {
        let terminal = try Tmux(columns: columns, rows: rows)
        try terminal.type(line: "$MIEN demo --jsonl out.jsonl")
        func check() throws {
            try terminal.until { screen in
                let text = try? terminal.folder.read("out.jsonl")
                let lines = (text ?? "").split(separator: "\n").dropFirst().suffix(40)
                return shows(
                    screen, oneOf: lines.compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }[...])
            }
        }
        try check()
        let lines = try terminal.screen().split(separator: "\n")
        #expect(lines.first?.hasPrefix("mien  demo") == true)
        for name in ["angry", "fear", "happy", "neutral", "sad", "surprise"] {
            #expect(lines.contains { $0.hasPrefix("  \(name)") && $0.hasSuffix(" %") })
        }
        #expect(lines.contains { $0.contains(" frames/s   latency ") && $0.contains("   dropped ") })
        try terminal.resize(columns: 60, rows: 14)
        try check()
        try terminal.press("q")
        try terminal.until { $0.contains("frames in ") }
    }

    @Test("q ends it in good order: the screen is as before, and sums it up")
    func quit() throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "echo before; $MIEN demo; echo status $?")
        try terminal.until { $0.contains("face 1") && !$0.contains("before") }
        try terminal.press("q")
        let screen = try terminal.until { $0.contains("status ") }
        #expect(screen.contains("before\n") && screen.contains("status 0"))
        #expect(screen.contains(" with a face, ") && screen.contains("mien: demo: named right as far as it went"))
        #expect(!screen.contains("quit   p pause"))
    }

    @Test(
        "However it ends, keys are seen again, and the cursor",
        arguments: [("INT", 130), ("TERM", 143), ("HUP", 129), ("SEGV", 139), ("QUIT", 131)])
    func restored(signal: String, status: Int) throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "ulimit -c 0; stty -g > before; $MIEN demo; echo status $?; stty -g > after")
        try terminal.until { $0.contains("face 1") }
        try terminal.type(line: "")  // not shown, and no key that means anything
        _ = try Program.shell("pkill -\(signal) -f -- '\(Program.path) demo$'")
        let screen = try terminal.until { $0.contains("status \(status)") }
        #expect(!screen.contains("quit   p pause"))
        try terminal.until { _ in (try? terminal.folder.read("after"))?.isEmpty == false }
        #expect(try terminal.folder.read("after") == terminal.folder.read("before"))
    }

    @Test("Ctrl-Z gives the terminal to the shell, and fg takes it again")
    func suspension() throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "$MIEN demo")
        try terminal.until { $0.contains("face 1") }
        try terminal.press("C-z")
        try terminal.until { $0.contains("Stopped") && !$0.contains("face 1") }
        try terminal.type(line: "fg")
        try terminal.until { $0.contains("face ") && !$0.contains("Stopped") }
        try terminal.press("q")
        try terminal.until { $0.contains("frames in ") }
    }

    @Test("Where no shell could let it go on, Ctrl-Z doesn't stop it")
    func orphan() throws {
        let outcome = try Program.shell(
            """
            screen=$(mktemp)
            exec 3< <(until grep -q 'face 1' $screen; do sleep 0.1; done; printf '\\032'; sleep 1; printf q; sleep 5)
            TERM=xterm timeout --foreground 50 script -qefc '"$MIEN" demo' $screen <&3 >/dev/null
            echo "status $?"
            rm $screen
            """)
        #expect(outcome.output == "status 0\n")
    }

    @Test("A terminal that is held up by Ctrl-S is put back all the same")
    func heldUp() throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "$MIEN demo")
        try terminal.until { $0.contains("face 1") }
        try terminal.press("C-s")
        usleep(300_000)
        try terminal.press("q")
        try terminal.until { $0.contains("frames in ") && $0.contains("ready>") && !$0.contains("face 1") }
        try terminal.type(line: "echo again")
        try terminal.until { $0.contains("\nagain") }
    }

    @Test("Function keys and arrows are no commands, and what was recorded is said when the screen is back")
    func functionKeys() throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "$MIEN demo")
        try terminal.until { $0.contains("face 1") }
        for key in ["F1", "F2", "F3", "Up", "S-F1", "M-q"] { try terminal.press(key) }
        usleep(500_000)
        let screen = try terminal.until { $0.contains("face 1") }
        #expect(!screen.contains("paused") && !screen.contains("● recording"))
        try terminal.press("r")
        try terminal.until { $0.contains("● recording") }
        try terminal.press("q")
        try terminal.until { $0.contains("frames in ") && $0.contains("mien: recorded ") }
    }

    @Test("p holds the run and lets it go on, r records results")
    func keys() throws {
        let terminal = try Tmux(columns: 80, rows: 24)
        try terminal.type(line: "$MIEN demo --jsonl all.jsonl")
        try terminal.until { $0.contains("face 1") }
        try terminal.press("p")
        try terminal.until { $0.contains("paused: nobody is looked at") }
        usleep(500_000)  // the frame in hand
        let held = try terminal.folder.read("all.jsonl")
        usleep(500_000)
        #expect(try terminal.folder.read("all.jsonl") == held)
        try terminal.press("p")
        try terminal.press("r")
        try terminal.until { $0.contains("● recording") && $0.contains("face ") }
        usleep(300_000)
        try terminal.press("r")
        let screen = try terminal.until { $0.contains("recorded ") }
        try terminal.press("q")
        let name = try #require(screen.firstMatch(of: /recorded (\d+) frames in (mien-[-\d]+\.jsonl)/))
        let recorded = try terminal.folder.read(String(name.2)).split(separator: "\n")
        #expect(recorded.count == Int(name.1).map { $0 + 1 } && recorded.count > 1)
        let all = try terminal.folder.read("all.jsonl").split(separator: "\n")
        #expect(recorded.allSatisfy(all.contains))
    }

    @Test("Without colours where NO_COLOR says so, and line by line where the terminal can't be drawn on")
    func simpler() throws {
        let plain = try Tmux(columns: 80, rows: 24, environment: ["NO_COLOR=1"])
        try plain.type(line: "$MIEN demo")
        try plain.until { $0.contains("face 1") }
        #expect(try !plain.screen(isStyled: true).contains("\u{1B}["))
        try plain.press("q")
        let dumb = try Tmux(columns: 80, rows: 24)
        try dumb.type(line: "TERM=dumb $MIEN demo --seconds 1")
        let screen = try dumb.until { $0.contains("frames in ") }
        #expect(screen.contains("demo\n     0.") && screen.contains("face 1  "))
    }
}
