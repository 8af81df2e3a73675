import Glibc
import Mien
import MienSystem
import MienVision

/// `labels.jsonl`, `labels.csv` and `coco.json` in the making; they get their names when they are whole.
///
/// COCO as its site describes it (cocodataset.org, "Data format"), with a `score` for each face as in its results; the
/// categories are the six, from 1 on.
final class DumpLists {
    private let folder: String
    private let (json, csv, coco, annotations): (OutputFile, OutputFile, OutputFile?, OutputFile?)
    private var hasHeader = false
    private var images = 0
    private var faces = 0

    init(in folder: String, hasFrames: Bool) throws(SinkError) {
        self.folder = folder
        json = try OutputFile(private: Self.partial(Dump.lists.json, in: folder))
        csv = try OutputFile(private: Self.partial(Dump.lists.csv, in: folder))
        // COCO is about the pictures that faces are in.
        coco = hasFrames ? try OutputFile(private: Self.partial(Dump.lists.coco, in: folder)) : nil
        annotations = hasFrames ? try OutputFile(private: "\(folder)/.parts/.annotations") : nil
        csv.text.append(Dump.csvStart)
        CSV.appendHeader(to: &csv.text)
        coco?.text.append("{\"images\":[")
    }

    private static func partial(_ name: String, in folder: String) -> String { "\(folder)/\(name)\(Dump.partial)" }

    func add(_ kind: DumpRecords.Kind, _ bytes: ArraySlice<UInt8>) throws(SinkError) {
        let file: OutputFile?
        switch kind {
        case .source: return
        case .model:
            if !hasHeader { JSONLines.appendHeader(model: String(decoding: bytes, as: UTF8.self), to: &json.text) }
            hasHeader = true
            return
        case .json: file = json
        case .csv: file = csv
        case .image:
            file = coco
            images += 1
            file?.text.beginObject(images)
        case .annotation:
            file = annotations
            faces += 1
            file?.text.beginObject(faces)
            file?.text.append("\"image_id\":")
            file?.text.append(images)
            file?.text.append(",")
        }
        file?.text.append(bytes: bytes)
        try file?.endFrame()
    }

    /// Takes away what has not become a list.
    static func discard(in folder: String) {
        for name in [Dump.lists.json, Dump.lists.csv, Dump.lists.coco] { unlink(partial(name, in: folder)) }
        unlink("\(folder)/.parts/.annotations")
    }

    func finish() throws(SinkError) {
        if let coco {
            coco.text.append("],\n\"annotations\":[")
            try annotations?.close()
            try coco.append(contentsOf: "\(folder)/.parts/.annotations")
            coco.text.append("],\n\"categories\":[")
            for expression in Expression.allCases {
                coco.text.beginObject(expression.rawValue + 1)
                coco.text.append("\"name\":")
                coco.text.append(json: expression.name)
                coco.text.append(",\"supercategory\":\"face\"}")
            }
            coco.text.append("]}\n")
        }
        for (file, name) in [(json, Dump.lists.json), (csv, Dump.lists.csv), (coco, Dump.lists.coco)] {
            guard let file else { continue }
            try file.close()
            let path = "\(folder)/\(name)"
            if rename(Self.partial(name, in: folder), path) != 0 {
                throw SinkError("cannot complete \(path)", code: errno)
            }
        }
    }
}

extension Text {
    /// Begins the object of that number, from 1 on, in one of COCO's lists.
    fileprivate mutating func beginObject(_ number: Int) {
        append(number == 1 ? "\n{\"id\":" : ",\n{\"id\":")
        append(number)
        append(",")
    }
}
