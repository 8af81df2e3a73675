import Glibc
import Mien
import MienOutput
import Testing

struct SinkTests {
    private let happy = Probabilities([0.01, 0.0149, 0.93, 0.03, 0.0101, 0.005])
    private let angry = Probabilities([0.99996, 0.00004, 0, 0, 0, 0])

    private func face(_ id: Int, _ probabilities: Probabilities, detected: Bool = true) -> Face {
        Face(
            id: id, box: Box(x: 212, y: 80, width: 96, height: 97), probabilities: probabilities,
            smoothed: Smoothed(label: probabilities.label, confidence: probabilities.confidence),
            detected: detected)
    }

    private func frame(
        _ number: Int, _ time: Double, _ faces: [Face], source: String = "talk.mp4"
    ) -> FrameResult {
        FrameResult(source: source, frame: number, time: time, width: 640, height: 360, faces: faces)
    }

    /// What a sink writes for `frames`.
    private func written(_ frames: [FrameResult], by make: (OutputFile) -> any Sink) throws -> String {
        let path = "/tmp/mien-sink-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(path) }
        let sink = make(try OutputFile(path))
        try sink.begin(RunDescription(model: "report"))
        for frame in frames { try sink.write(frame) }
        try sink.finish()
        return try contents(path)
    }

    private func contents(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test("JSON Lines are a header and one line for each frame, as the design has them")
    func jsonLines() throws {
        let text = try written([frame(123, 4.105, [face(3, happy)]), frame(124, 5, [])]) { JSONLines($0) }
        #expect(
            text == """
                {"mien":"\(mienVersion)","model":"report","classes":["angry","fear","happy","neutral","sad","surprise"]}
                {"source":"talk.mp4","frame":123,"time":4.105,"width":640,"height":360,"faces":[{"id":3,\
                "box":[212,80,96,97],"label":"happy","confidence":0.9300,"probabilities":{"angry":0.0100,"fear":0.0149,\
                "happy":0.9300,"neutral":0.0300,"sad":0.0101,"surprise":0.0050},\
                "smoothed":{"label":"happy","confidence":0.9300},"detected":true}]}
                {"source":"talk.mp4","frame":124,"time":5.0,"width":640,"height":360,"faces":[]}

                """)
    }

    @Test("Several faces are separated, and a guess says so")
    func twoFaces() throws {
        let text = try written([frame(0, 0, [face(1, happy), face(2, angry, detected: false)])]) { JSONLines($0) }
        #expect(text.contains("\"detected\":true},{\"id\":2,"))
        #expect(text.hasSuffix("\"smoothed\":{\"label\":\"angry\",\"confidence\":1.0000},\"detected\":false}]}\n"))
    }

    @Test(
        "Times are right to a microsecond, without zeros that say nothing",
        arguments: [
            (0, "0.0"), (0.0333667, "0.033367"), (1.5, "1.5"), (0.9999996, "1.0"), (100_000.000001, "100000.000001"),
            (-0.04, "-0.04"), (-0.0000001, "0.0"), (.nan, "null"), (1e300, "null"),
        ])
    func times(time: Double, text: String) throws {
        #expect(try written([frame(0, time, [])]) { JSONLines($0) }.contains("\"time\":\(text),"))
    }

    @Test("Names with quotes, backslashes and control characters are legal JSON, others as they are")
    func escapes() throws {
        let text = try written([frame(0, 0, [], source: "a\"b\\c\nd\u{1}e\u{1f}é笑.mp4")]) { JSONLines($0) }
        #expect(text.contains(#"{"source":"a\"b\\c\nd\u0001e\u001fé笑.mp4","#))
    }

    @Test("CSV has the design's columns and a line for each face")
    func csv() throws {
        let frames = [frame(0, 0, []), frame(1, 0.04, [face(1, happy), face(2, angry)])]
        #expect(
            try written(frames) { CSV($0) } == """
                source,frame,time,id,x,y,width,height,label,confidence,angry,fear,happy,neutral,sad,surprise,\
                smoothed_label,smoothed_confidence
                talk.mp4,1,0.04,1,212,80,96,97,happy,0.9300,0.0100,0.0149,0.9300,0.0300,0.0101,0.0050,happy,0.9300
                talk.mp4,1,0.04,2,212,80,96,97,angry,1.0000,1.0000,0.0000,0.0000,0.0000,0.0000,0.0000,angry,1.0000

                """)
    }

    @Test("Names with commas and quotes are quoted in CSV")
    func csvQuotes() throws {
        let text = try written([frame(0, 0, [face(1, happy)], source: "a,\"b\".mp4")]) { CSV($0) }
        #expect(text.contains("\n\"a,\"\"b\"\".mp4\",0,"))
    }

    @Test("The readout has a line when a face appears, changes and goes, and none in between")
    func readout() throws {
        let frames = [
            frame(0, 0, [face(1, happy)]), frame(1, 0.5, [face(1, happy)]),
            frame(2, 1, [face(1, angry), face(2, happy)]), frame(3, 61.5, [face(2, happy)]),
            frame(0, 0, [], source: "b.jpg"),
        ]
        #expect(
            try written(frames) { Readout($0) } == """
                talk.mp4
                     0.00 s  face 1  happy    93 %  at 212,80 96x97
                     1.00 s  face 1  angry    100 %  at 212,80 96x97
                     1.00 s  face 2  happy    93 %  at 212,80 96x97
                    61.50 s  face 1  gone
                b.jpg
                  no face

                """)
    }

    @Test("More than one buffer's worth of lines arrives whole")
    func long() throws {
        let frames = (0..<2000).map { frame($0, Double($0) / 30, [face(1, happy)]) }
        let text = try written(frames) { JSONLines($0) }
        #expect(text.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 2001)
        #expect(text.contains("\"frame\":1999,"))
    }

    @Test("A file that can't be created is named, with the reason")
    func notCreated() throws {
        let error = try #require(throws: SinkError.self) { _ = try OutputFile("/nowhere/out.jsonl") }
        #expect(error.description == "cannot create /nowhere/out.jsonl: No such file or directory")
    }

    @Test("A full disk is an error that says so, once")
    func full() throws {
        let sink = JSONLines(try OutputFile("/dev/full"))
        let error = try #require(throws: SinkError.self) { try sink.begin(RunDescription(model: "report")) }
        #expect(
            error.description
                == "cannot write to /dev/full: No space left on device (free some space, or write elsewhere)")
        #expect(!error.isClosedPipe)
        try sink.finish()
    }

    @Test("A closed pipe is told from a failure")
    func closedPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[1]) }
        let sink = JSONLines(try OutputFile("/proc/self/fd/\(ends[1])"))
        close(ends[0])
        let error = try #require(throws: SinkError.self) { try sink.begin(RunDescription(model: "report")) }
        #expect(error.isClosedPipe)
    }

    @Test("The statistics are one JSON object with every stage and label")
    func statistics() throws {
        let path = "/tmp/mien-stats-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(path) }
        var summary = RunSummary(model: "report")
        summary.frames = 3
        summary.seconds = 1.5
        summary.stages[.detect].items = 3
        summary.stages[.detect].seconds = 0.25
        try summary.write(json: OutputFile(path))
        #expect(
            try contents(path) == """
                {"mien":"\(mienVersion)","model":"report","sources":0,"frames":3,"frames_with_faces":0,"frames_dropped":0,"frames_lost":0,"faces":0,\
                "seconds":1.500000,"frames_per_second":2.000,\
                "labels":{"angry":0,"fear":0,"happy":0,"neutral":0,"sad":0,"surprise":0},\
                "stages":{"decode":{"items":0,"seconds":0.000000},"detect":{"items":3,"seconds":0.250000},\
                "classify":{"items":0,"seconds":0.000000},"picture":{"items":0,"seconds":0.000000},\
                "write":{"items":0,"seconds":0.000000}}}

                """)
    }
}
