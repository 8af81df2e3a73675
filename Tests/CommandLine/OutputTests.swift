import Foundation
import Testing

/// Where results go, and how the program ends.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct OutputTests {
    private let demo = ["demo", "--frames", "20"]

    @Test("JSON Lines go to standard output unless something else is asked for")
    func standardOutput() throws {
        let asked = try Program.run(demo + ["--jsonl", "-"])
        #expect(try asked.frames().count == 20)
        #expect(try Program.run(demo).output == asked.output)
        let folder = try Folder()
        let other = try Program.run(demo + ["--csv", folder.path("out.csv")])
        #expect(other.output == "")
        #expect(other.status == 0)
    }

    @Test("CSV says the same as JSON Lines")
    func csv() throws {
        let folder = try Folder()
        let frames = try Program.run(demo + ["--jsonl", "-", "--csv", folder.path("out.csv")]).frames()
        let rows = try folder.read("out.csv").split(separator: "\n")
        #expect(
            rows.first == """
                source,frame,time,id,x,y,width,height,label,confidence,angry,fear,happy,neutral,sad,surprise,\
                smoothed_label,smoothed_confidence
                """)
        let faces = frames.flatMap { frame in frame.faces.map { (frame, $0) } }
        #expect(rows.count == faces.count + 1)
        for (row, (frame, face)) in zip(rows.dropFirst(), faces) {
            let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(fields[0] == frame.source)
            #expect(fields[1...3].map(Double.init) == [Double(frame.frame), frame.time, Double(face.id)])
            #expect(fields[4...7].map { Int($0) } == face.box)
            #expect((fields[8], Double(fields[9])) == (face.label, face.confidence))
            let shares = ["angry", "fear", "happy", "neutral", "sad", "surprise"].map { face.probabilities[$0] }
            #expect(fields[10...15].map { Double($0) } == shares)
            #expect((fields[16], Double(fields[17])) == (face.smoothed.label, face.smoothed.confidence))
        }
    }

    @Test("The statistics count what was done")
    func statistics() throws {
        struct Statistics: Decodable {
            struct Stage: Decodable {
                var items: Int
                var seconds: Double
            }
            var mien: String
            var frames: Int
            var faces: Int
            var labels: [String: Int]
            var stages: [String: Stage]
        }
        let folder = try Folder()
        let frames = try Program.run(demo + ["--stats", folder.path("stats.json")]).frames()
        let text = try folder.read("stats.json")
        let statistics = try JSONDecoder().decode(Statistics.self, from: Data(text.utf8))
        #expect(statistics.frames == 20)
        #expect(statistics.faces == frames.reduce(0) { $0 + $1.faces.count })
        #expect(statistics.labels.values.reduce(0, +) == statistics.faces)
        #expect(Set(statistics.stages.keys) == ["decode", "detect", "classify", "picture", "write"])
        #expect(statistics.stages["detect"]?.items == 20)
    }

    @Test("On a terminal there are lines for people, and a summary")
    func terminal() throws {
        // As from a camera: the frames come at their times, and how many of them are looked at depends on the machine.
        let outcome = try Program.shell("script -qec \"$MIEN demo --frames 60\" /dev/null")
        #expect(outcome.status == 0 || outcome.errors.contains("not all named right"))
        #expect(outcome.output.hasPrefix("demo\r\n"))
        #expect(outcome.output.contains(" s  face 1  angry"))
        #expect(outcome.output.contains(" frames in "))
        #expect(!outcome.output.contains("{"))
    }

    @Test("A reader that has seen enough ends the program, which is no failure")
    func closedPipe() throws {
        let outcome = try Program.shell("$MIEN demo -q | head -n 2; echo ${PIPESTATUS[0]}")
        #expect(outcome.lines.count == 3)
        #expect(outcome.lines.last == "0")
        #expect(outcome.errors == "")
    }

    @Test("A reader that goes away leaves the other outputs complete")
    func closedPipeBeside() throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            "$MIEN \(demo.joined(separator: " ")) -q --jsonl - --csv \(folder.path("out.csv")) | true")
        #expect(outcome.errors == "")
        #expect(try folder.read("out.csv").split(separator: "\n").count == 21)
    }

    @Test("A full disk is one clear line and status 1")
    func fullDisk() throws {
        let outcome = try Program.run(demo + ["-q", "--jsonl", "/dev/full"])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors
                == "mien: cannot write to /dev/full: No space left on device (free some space, or write elsewhere)\n")
    }

    @Test("A place where nothing can be written is one clear line and status 1")
    func unwritable() throws {
        let outcome = try Program.run(demo + ["-q", "--csv", "/nowhere/out.csv"])
        #expect(outcome.status == 1)
        #expect(outcome.errors == "mien: cannot create /nowhere/out.csv: No such file or directory\n")
    }

    @Test(
        "A signal ends the endless demo in good order: the file is whole, the status says which",
        arguments: [("INT", "130"), ("TERM", "143")])
    func signals(signal: String, status: String) throws {
        let folder = try Folder()
        let outcome = try Program.shell(
            """
            cd '\(folder.path(""))'; "$MIEN" demo -q --jsonl out.jsonl &
            until [[ -s out.jsonl ]]; do sleep 0.02; done
            kill -\(signal) $!; wait $!; echo $?
            """)
        #expect(outcome.output == status + "\n")
        #expect(outcome.errors == "")
        let text = try folder.read("out.jsonl")
        #expect(text.hasSuffix("}\n"))
        #expect(try Program.Outcome(output: text, errors: "", status: 0).frames().count >= 1)
    }
}
