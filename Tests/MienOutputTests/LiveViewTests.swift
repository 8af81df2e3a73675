import Mien
import Testing

@testable import MienOutput

struct LiveViewTests {
    private static let plain = Terminal.Abilities(hasColour: false, hasUnicode: false)
    private let happy = Probabilities([0.01, 0.02, 0.9, 0.03, 0.02, 0.02])

    private func face(_ id: Int, detected: Bool = true) -> Face {
        Face(
            id: id, box: Box(x: 10 * id, y: 20, width: 96, height: 97), probabilities: happy,
            smoothed: Smoothed(label: .happy, confidence: 0.88), detected: detected)
    }

    /// After a second at 10 frames a second of `faces` faces.
    private func state(faces: Int) -> LiveState {
        var state = LiveState(title: "Webcam")
        for frame in 0...10 {
            let time = Double(frame) / 10
            let figures = LiveFigures(captured: 100 + time, dropped: 3, lost: 4)
            let result = FrameResult(
                source: "/dev/video0", frame: frame, time: time, width: 640, height: 480,
                faces: (0..<faces).map { face($0 + 1) }, live: figures)
            state.add(result, now: 100 + time + 0.005 * Double(frame))
        }
        return state
    }

    private func show(
        _ state: LiveState, _ columns: Int = 80, _ rows: Int = 24, _ abilities: Terminal.Abilities = plain,
        now: Double = 101.1
    ) -> [String] {
        LiveView(columns: columns, rows: rows, abilities: abilities).lines(of: state, now: now)
            .map { String(decoding: $0.text.bytes, as: UTF8.self) }
    }

    @Test("A face has its id, label, confidence, place, six bars and a trail")
    func oneFace() {
        let lines = show(state(faces: 1))
        #expect(lines.count == 24)
        #expect(lines[2].hasPrefix("face 1  happy 88 %") && lines[2].hasSuffix("10,20 96x97"))
        #expect(lines[5] == "  happy     " + String(repeating: "#", count: 54) + "......  90 %")
        #expect(lines[3...8].map { $0.split(separator: " ")[0] } == Expression.allCases.map { Substring($0.name) })
        // A tenth of ten seconds, on the right.
        #expect(lines[9].hasPrefix("  10 s") && lines[9].hasSuffix("   hhhhhhh"))
    }

    @Test("Figures are those of the last frames")
    func figures() {
        let line = show(state(faces: 1))[22]
        #expect(line == "9.5 frames/s   latency 25.0 ms, 99 % 50.0   dropped 3   lost 4   CPU 0 %")
    }

    @Test("The more faces there are, the less room each gets; those there is no room for are counted")
    func manyFaces() {
        func heads(_ lines: [String]) -> Int { lines.count { $0.hasPrefix("face ") } }
        let three = show(state(faces: 3))
        #expect(three[3].contains("angry") && three[3].contains("happy") && heads(three) == 3)
        let twelve = show(state(faces: 12))
        #expect(twelve[2].hasPrefix("face 1  happy 88 %") && twelve[3].hasPrefix("face 2  ") && heads(twelve) == 12)
        let forty = show(state(faces: 40))
        #expect(forty.contains("  and \(40 - heads(forty)) more") && heads(forty) > 15)
        // None is cut off, and none is left out in silence.
        for rows in 4..<60 {
            for faces in [1, 2, 4, 5, 7] {
                let lines = show(state(faces: faces), 59, rows)
                let hidden = lines.compactMap { $0.firstMatch(of: /and (\d+) more/).flatMap { Int($0.1) } }.first ?? 0
                if rows > 4 { #expect(heads(lines) + hidden == faces, "\(faces) faces in \(rows) rows") }
            }
        }
        let wide = show(state(faces: 3), 200, 50)
        #expect(wide[2].contains("face 1") && wide[2].contains("face 2") && wide[2].contains("face 3"))
    }

    @Test("Figures are whole on narrow terminals, or not there")
    func narrow() {
        for columns in 30..<60 {
            for line in show(state(faces: 1), columns, 9) where line.contains("fear") {
                #expect(line.hasSuffix(" %"), "\(columns): \(line)")
            }
        }
    }

    @Test("Frames that come in bursts are counted by the time from burst to burst")
    func bursts() {
        var state = LiveState(title: "pipe")
        for frame in 0..<40 {
            let burst = Double(frame / 10) * 0.5
            let result = FrameResult(source: "-", frame: frame, time: burst, width: 64, height: 48, faces: [])
            state.add(result, now: 100 + burst + 0.0001 * Double(frame % 10))
        }
        #expect((15...30).contains(state.framesPerSecond(now: 101.9)))
    }

    @Test(
        "No line is wider than the terminal, and there are never more than it has rows", arguments: [1, 5, 20, 79, 200])
    func anySize(columns: Int) {
        for rows in [1, 2, 5, 24] {
            for abilities in [Self.plain, Terminal.Abilities()] {
                var state = state(faces: 5)
                state.add(message: "a message that is much longer than most terminals are wide, for nobody knows")
                let lines = LiveView(columns: columns, rows: rows, abilities: abilities).lines(of: state, now: 101)
                #expect(lines.count <= rows && lines.allSatisfy { $0.width <= columns })
            }
        }
    }

    @Test("It says what is missing: no picture yet, none any more, no face, a pause")
    func nothing() {
        #expect(show(LiveState(title: "Webcam"))[2] == "  waiting for the first picture")
        #expect(show(state(faces: 1), now: 104)[2] == "  no picture for 3 s")
        #expect(show(state(faces: 0))[2] == "  no face")
        var paused = state(faces: 1)
        paused.isPaused = true
        #expect(show(paused)[2] == "  paused: nobody is looked at")
        #expect(show(paused)[23].contains("p go on"))
    }

    @Test("Colours are left out where the terminal is to have none")
    func colours() {
        #expect(!show(state(faces: 1)).joined().contains("\u{1B}"))
        #expect(show(state(faces: 1), 80, 24, Terminal.Abilities()).joined().contains("\u{1B}[1;92mhappy\u{1B}[0m"))
    }

    @Test("Names can't move the cursor, and wide letters count twice")
    func names() {
        var line = Line(6)
        line.put("a\u{1B}[2J\n")
        #expect(String(decoding: line.text.bytes, as: UTF8.self) == "a?[2J?")
        line = Line(5)
        line.put("顔顔顔")
        #expect(String(decoding: line.text.bytes, as: UTF8.self) == "顔顔" && line.width == 4)
    }

    @Test("A face that comes back within ten seconds has its trail again, and a gap in it")
    func trail() {
        var trail = Trail()
        for tenth in 0..<20 { trail.add(Trail.Cell(label: .sad, confidence: 0.5), at: Double(tenth) / 10 + 0.01) }
        trail.add(Trail.Cell(label: .happy, confidence: 0.9), at: 4.01)
        let columns = trail.columns(100, until: 4.01)
        #expect(columns.count == 100)
        #expect(columns.compactMap(\.?.label) == [Expression](repeating: .sad, count: 20) + [.happy])
        #expect(columns[99]?.label == .happy && columns[98] == nil && columns[79] == nil && columns[78]?.label == .sad)
        // Fewer columns than cells: the surest of each counts.
        let coarse: [Expression?] = Array(repeating: nil, count: 5) + [.sad, .sad, .sad, nil, .happy]
        #expect(trail.columns(10, until: 4.01).map { $0?.label } == coarse)
    }

    @Test("Latencies are those of the newest frames, by the nearest rank")
    func latency() throws {
        var window = LatencyWindow()
        #expect(window.percentiles == nil)
        for _ in 0..<900 { window.add(9) }
        for number in 1...900 { window.add(Double(number)) }
        let (median, high) = try #require(window.percentiles)
        #expect((median, high) == (450, 891))
    }
}
