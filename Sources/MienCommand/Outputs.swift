import Glibc
import Mien
import MienOutput

/// What is to be written of all inputs together, where to.
struct Outputs {
    struct File {
        var kind: OutputKind
        var path: String
    }

    private(set) var files: [File]
    let settings: OutputSettings
    /// Whether standard output is for people.
    let hasReadout: Bool

    /// `hasOthers`: whether each input has files of its own, too.
    init(_ files: [File], _ settings: OutputSettings, hasOthers: Bool) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        hasReadout = isTerminal && !hasOthers && !files.contains { $0.path == "-" }
        (self.files, self.settings) = (files, settings)
        // A program at the other end of a pipe gets JSON Lines unless it asked for something.
        if !isTerminal, files.isEmpty, !hasOthers, let kind = OutputKind(named: "jsonl") {
            self.files.append(File(kind: kind, path: "-"))
        }
    }

    /// The files'; a terminal's is for the plan to choose.
    func makeSinks(for source: any FrameSource) throws(SinkError) -> [any Sink] {
        var sinks: [any Sink] = []
        for file in files {
            sinks.append(try file.kind.make(OutputRequest(path: file.path, source: source, settings: settings)))
        }
        return sinks
    }
}
