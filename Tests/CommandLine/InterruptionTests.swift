import Foundation
import Testing

/// Runs over several recordings that end before they are done.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct InterruptionTests {
    private let kinds = "jsonl,csv,vtt,srt,report"

    /// Every file in a folder with what is in it, hidden ones among them.
    private func contents(_ folder: Folder, _ name: String) throws -> [String: String] {
        let files = try folder.listAll(name)
        return Dictionary(uniqueKeysWithValues: try files.map { ($0, try folder.read("\(name)/\($0)")) })
    }

    @Test(
        "A run that a signal ends leaves whole files alone under their names, and --resume makes it what it would have been",
        arguments: [("INT", "130"), ("KILL", "137")])
    func resumed(signal: String, status: String) throws {
        let folder = try Folder()
        let arguments = "video '\(Program.media.path())' --each \(kinds)"
        #expect(try Program.shell("cd '\(folder.path(""))'; \"$MIEN\" \(arguments) -q --to whole").status == 0)
        let whole = try contents(folder, "whole")
        // Five files for each, and a record.
        #expect(whole.count == 42)

        let cut = try Program.shell(
            """
            cd '\(folder.path(""))'; "$MIEN" \(arguments) -q --to out 2>errors & id=$!
            until [[ -e out/noface_face.html ]]; do sleep 0.02; done
            kill -\(signal) $id; wait $id; echo $?
            """)
        #expect(cut.output == status + "\n")
        let left = try contents(folder, "out")
        let (partial, complete) = (
            left.filter { $0.key.contains(".partial.") }, left.filter { !$0.key.contains(".partial.") }
        )
        #expect(complete.count < whole.count && complete.count >= 24)
        #expect(complete.allSatisfy { whole[$0.key] == $0.value })
        // What isn't whole says so in its name, and is whole lines of what it would have been.
        for (name, text) in partial where name.hasSuffix(".jsonl") || name.hasSuffix(".csv") {
            #expect(name.hasPrefix(".") && (text.isEmpty || text.hasSuffix("\n")))
            let end = name.replacing(/^\.|\.[0-9a-z]+-[0-9a-z]+-[0-9a-z]+(?=\.partial)|\.partial/, with: "")
            #expect(whole[end]?.hasPrefix(text) == true, "\(name)")
        }
        let resumed = try Program.shell("cd '\(folder.path(""))'; \"$MIEN\" \(arguments) --to out --resume")
        #expect(resumed.status == 0)
        #expect(resumed.errors.contains("of 7 inputs are done already\n"))
        #expect(try contents(folder, "out") == whole)
    }

    @Test("Files that a signal cuts short are whole as far as they go, and end with the same frame")
    func sameEnd() throws {
        let folder = try Folder()
        let clips = Array(repeating: "'\(Program.clip("single_face.mp4"))'", count: 8).joined(separator: " ")
        let cut = try Program.shell(
            """
            cd '\(folder.path(""))'; "$MIEN" video \(clips) -q --jsonl out.jsonl --csv out.csv & id=$!
            until [[ -s out.jsonl ]]; do sleep 0.02; done
            kill -INT $id; wait $id; echo $?
            """)
        #expect((cut.output, cut.errors) == ("130\n", ""))
        let (lines, rows) = (try folder.read("out.jsonl"), try folder.read("out.csv"))
        #expect(lines.hasSuffix("]}\n") && rows.hasSuffix("\n"))
        let frames = try Program.Outcome(output: lines, errors: "", status: 0).frames()
        #expect(frames.count > 72 && frames.count < 8 * 72)
        #expect(rows.split(separator: "\n").count == 1 + frames.reduce(0) { $0 + $1.faces.count })
    }

    @Test("A terminal's end may be told twice, and by the system after the shell: files are whole all the same")
    func closedTwice() throws {
        let outcome = try Program.shell(
            """
            cd $(mktemp -d)
            "$MIEN" demo --record a.mp4 --report a.html --jsonl a.jsonl & id=$!
            until [[ -s a.jsonl ]]; do sleep 0.02; done
            kill -TERM $id; kill -HUP $id; kill -HUP $id; wait $id; echo $?
            tail -c 8 a.html; ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 a.mp4
            """)
        let lines = outcome.output.split(separator: "\n")
        // Of signals that wait at once the lowest is the first.
        #expect(["143", "129"].contains(lines.first))
        #expect(outcome.output.contains("</html>"))
        #expect(Int(lines.last ?? "") ?? 0 > 0, "\(outcome.output)")
    }

    @Test("An input that has changed since is done again")
    func changed() throws {
        let folder = try Folder()
        let clip = try folder.write("a.mkv", try Data(contentsOf: URL(filePath: Program.clip("asl_eat.mkv"))))
        let arguments = ["video", clip, "--to", folder.path("out")]
        #expect(try Program.run(arguments).status == 0)
        #expect(try Program.run(arguments + ["--resume"]).errors == "mien: 1 of 1 inputs are done already\n")
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: clip)
        #expect(
            try Program.run(arguments + ["--resume"]).errors == "mien: 1 of 1 are done again: the input has changed\n")
    }

    @Test("Of a recording that breaks off, what was found is kept under the name of what isn't whole")
    func broken() throws {
        let folder = try Folder()
        let bytes = try Data(contentsOf: URL(filePath: Program.clip("asl_eat.mkv")))
        let cut = try folder.write("cut.mkv", bytes.prefix(bytes.count / 2))
        _ = try folder.write("none.mkv", bytes.prefix(2000))
        let outcome = try Program.run(["video", folder.path(""), "--to", folder.path("out")])
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("mien: what was found until then: \(folder.path("out"))/.cut.partial.jsonl\n"))
        #expect(outcome.errors.contains("mien:   \(cut)"))
        #expect(outcome.errors.hasSuffix("mien: 2 of 2 inputs could not be read\n"))
        #expect(try folder.listAll("out").sorted() == [".cut.mien.json", ".cut.partial.jsonl", ".none.mien.json"])
    }
}
