import ArgumentParser
import MienSystem

/// Names the files for each input's own results, so that no two inputs share one.
struct OwnResults {
    let kinds: [OutputKind]
    /// Nil: beside each input.
    let folder: String?

    /// The inputs with their files, each input once; those that can't be looked at get none.
    ///
    /// `talk.mp4` gives `talk.jsonl`; where `talk.mov` lies beside it, `talk.mp4.jsonl` and `talk.mov.jsonl`.
    func added(to inputs: [Input]) throws -> [Input] {
        var seen: [FileIdentity: String] = [:]
        let inputs = inputs.filter { input in
            guard let identity = FileIdentity(input.path), let first = seen.updateValue(input.path, forKey: identity)
            else { return true }
            seen[identity] = first
            if first != input.path { tell("\(input.path): passed over, since it is the same file as \(first)") }
            return false
        }
        if inputs.contains(where: { $0.path == "-" }) {
            throw ValidationError("-: standard input has no name to make others from; give --jsonl FILE and the like")
        }
        var counts: [[UInt8]: Int] = [:]
        for input in inputs where input.fault == nil { counts[Array(shortStem(of: input).utf8), default: 0] += 1 }
        var owners: [[UInt8]: Input] = [:]
        return try inputs.map { input in
            if input.fault != nil { return input }
            let short = shortStem(of: input)
            let stem = counts[Array(short.utf8)] == 1 ? short : longStem(of: input)
            if let other = owners.updateValue(input, forKey: Array(stem.utf8)) {
                throw ValidationError(
                    "\(other.path) and \(input.path) would both be written to \(stem)\(kinds[0].suffix); give the "
                        + "folder that both are in, whose layout is kept, or another --to for one of them")
            }
            var input = input
            input.results = ResultFiles(kinds, stem: stem, makesFolder: folder != nil)
            return input
        }
    }

    private func longStem(of input: Input) -> String {
        guard let folder else { return input.path }
        return (folder.hasSuffix("/") ? folder : folder + "/") + input.place
    }

    /// Without the extension.
    private func shortStem(of input: Input) -> String {
        let stem = longStem(of: input)
        let start = stem.lastSlash.map { stem.utf8.index(after: $0) } ?? stem.startIndex
        // A name that begins with its only dot has no extension.
        guard let dot = stem[start...].lastIndex(of: "."), dot > start else { return stem }
        return String(stem[..<dot])
    }
}
