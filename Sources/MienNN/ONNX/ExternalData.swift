internal import FoundationEssentials

// Weights that lie in a file beside the model's: ONNX's external data. PyTorch's exporter writes them so unless it is told
// otherwise. https://github.com/onnx/onnx/blob/main/docs/ExternalData.md

extension ONNXModelProto {
    /// Bytes of all weights outside the model's file: many constants may name the same bytes, and so ask for more memory
    /// than there is on the disk.
    private static let largestOutside = 1 << 29

    /// Brings the weights that lie in other files into this message.
    mutating func takeIn(_ read: (String) throws(ModelError) -> [UInt8]) throws(ModelError) {
        var files: [String: [UInt8]] = [:]
        var parts: [(index: Int, file: String, bytes: Range<Int>)] = []
        for index in graph.initializer.indices where graph.initializer[index].dataLocation == .external {
            let place = try graph.initializer[index].place()
            if files[place.file] == nil { files[place.file] = try read(place.file) }
            let rest = (files[place.file]?.count ?? 0) - place.offset
            let count = place.count ?? rest
            guard rest >= 0, count <= rest else {
                throw ModelError(
                    .broken,
                    "constant '\(graph.initializer[index].name)' should lie in \(place.file) from byte \(place.offset) on, "
                        + "and that has \(rest + place.offset) bytes; copy both files again")
            }
            parts.append((index, place.file, place.offset..<(place.offset + count)))
        }
        guard parts.reduce(0, { $0 + $1.bytes.count }) <= Self.largestOutside else {
            throw ModelError(
                .unsupported, "the weights outside the model's file have more than \(Self.largestOutside >> 20) MB")
        }
        for part in parts {
            graph.initializer[part.index].rawData = Data((files[part.file] ?? [])[part.bytes])
            graph.initializer[part.index].dataLocation = .default
        }
    }
}

extension ONNXTensorProto {
    /// The file, by its name alone, and the part of it; no count: up to the end.
    fileprivate func place() throws(ModelError) -> (file: String, offset: Int, count: Int?) {
        let facts = Dictionary(externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        // A model from elsewhere must not be able to name any file of the machine.
        guard let file = facts["location"], !file.utf8.contains(UInt8(ascii: "/")), !["", ".", ".."].contains(file)
        else {
            throw ModelError(
                .unsupported,
                "constant '\(name)' lies in another file, '\(facts["location"] ?? "")', which is none beside the model; "
                    + "save the model with its weights inside")
        }
        let offset = Int(facts["offset"] ?? "0") ?? -1
        let count = facts["length"].map { Int($0) ?? -1 }
        guard offset >= 0, count ?? 0 >= 0 else {
            throw ModelError(.broken, "constant '\(name)' should lie at an impossible place in \(file)")
        }
        return (file, offset, count)
    }
}
