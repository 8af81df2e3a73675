import Glibc
import Mien
import MienSystem

/// What the results of one input were made from: a hidden file beside them, written last, so that who finds it knows that
/// they are whole.
struct ResultRecord: Equatable {
    /// One file.
    struct Output: Equatable {
        /// As `--each` calls it.
        var kind: String
        /// Its name, in the record's folder.
        var file: String
        var bytes: Int
        /// Those of its kind alone.
        var options: String
    }

    /// Which file the input was.
    struct Source: Equatable {
        /// Without folders: they are called otherwise on other machines.
        var name: String
        var version: FileVersion

        init(name: String, version: FileVersion) { (self.name, self.version) = (name, version) }

        /// nil for what is no file.
        init?(_ input: Input) {
            guard let version = FileVersion(input.path) else { return nil }
            let name = input.path.utf8.split(separator: UInt8(ascii: "/")).last ?? input.path.utf8[...]
            self.init(name: String(decoding: name, as: UTF8.self), version: version)
        }
    }

    var provenance: Provenance
    var source: Source
    var outputs: [Output] = []
    /// Why there are no results, and why trying again can't help as long as the input is the same.
    var failure: String?

    init(provenance: Provenance, source: Source, outputs: [Output] = [], failure: String? = nil) {
        (self.provenance, self.source, self.outputs, self.failure) = (provenance, source, outputs, failure)
    }

    var json: JSON {
        .object([
            "mien": .text(provenance.version), "network": .text(provenance.network),
            "finder": .text(provenance.finder), "options": .text(provenance.options),
            "input": .object([
                "name": .text(source.name), "bytes": .number(source.version.bytes),
                "modified": .digits(source.version.modified.decimal),
            ]),
            "outputs": .list(
                outputs.map { output in
                    .object([
                        "kind": .text(output.kind), "file": .text(output.file), "bytes": .number(output.bytes),
                        "options": .text(output.options),
                    ])
                }),
            "failure": failure.map { .text($0) } ?? .null,
        ])
    }

    init?(_ bytes: [UInt8]) {
        guard let json = JSONValue(bytes), let version = json["mien"]?.text, let network = json["network"]?.text,
            let finder = json["finder"]?.text, let options = json["options"]?.text,
            let name = json["input"]?["name"]?.text, let size = json["input"]?["bytes"]?.number.flatMap({ Int($0) }),
            let modified = json["input"]?["modified"]?.number.flatMap({ Duration(decimal: $0) }),
            let outputs = json["outputs"]?.list
        else { return nil }
        provenance = Provenance(version: version, network: network, finder: finder, options: options)
        source = Source(name: name, version: FileVersion(bytes: size, modified: modified))
        for output in outputs {
            guard let kind = output["kind"]?.text, let file = output["file"]?.text,
                let bytes = output["bytes"]?.number.flatMap({ Int($0) }), let options = output["options"]?.text
            else { return nil }
            self.outputs.append(Output(kind: kind, file: file, bytes: bytes, options: options))
        }
        failure = json["failure"]?.text
    }

    /// The one at `path`; nil where there is none, or none that makes sense.
    init?(at path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.largest)
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            filled += count
        }
        self.init(Array(bytes.prefix(filled)))
    }

    /// Names and reasons have some hundred bytes each.
    private static let largest = 1 << 16

    /// Why what this one tells of isn't what `provenance` and `source` would give; nil where it is.
    func difference(from provenance: Provenance, _ source: Source) -> String? {
        if self.source.name != source.name { return "their results were another input's" }
        if self.source.version != source.version { return "the input has changed" }
        if self.provenance.version != provenance.version { return "made by another version of mien" }
        if self.provenance.network != provenance.network { return "made with another network" }
        if self.provenance.finder != provenance.finder { return "made with another cascade" }
        if self.provenance.options != provenance.options { return "made with other options" }
        return nil
    }
}
