import Glibc
import Mien
import MienCapture
import MienImage
import MienSystem
import MienVision

/// Writes the pictures of one source, and what is known of them.
final class DumpSink: PictureSink {
    private let part: Dump.Part
    private let records: OutputFile
    private var choice: DumpChoice
    private var still: StillPicture?
    private let marks = Overlay()
    private let mask: Overlay
    private var model = ""
    private var isTaken = false
    private var (record, line) = (Text(), Text())

    private var dump: Dump { part.dump }
    private var options: DumpOptions { part.dump.options }

    init(_ part: Dump.Part) throws(SinkError) {
        self.part = part
        records = try OutputFile(private: part.partialPath)
        choice = DumpChoice(part.dump.options)
        mask = Overlay(privacy: part.dump.options.privacy)
        mask.isShown = false
    }

    func begin(_ run: RunDescription) { model = run.model }

    func begin(_ source: any FrameSource, _ pictures: any PictureReader) throws(SinkError) {
        record.removeAll()
        record.append(part.source)
        DumpRecords.append(.source, record, to: &records.text)
        record.removeAll()
        record.append(model)
        DumpRecords.append(.model, record, to: &records.text)
        try records.flush()
    }

    func wantsPicture(of result: borrowing FrameResult) -> Bool {
        isTaken = choice.takes(result)
        return isTaken
    }

    func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError) {
        guard isTaken, let picture else { return }
        do throws(CaptureError) {
            try show(picture, result)
        } catch {
            throw SinkError(error.description)
        }
        guard let still else { return }
        let stem = name(of: result)
        let frameFile = options.hasFrames ? "frames/\(stem).png" : ""
        var faceFiles: [String] = []
        for face in result.faces where choice.takes(face) {
            let digits = face.id < 100 ? String("00\(face.id)".suffix(3)) : "\(face.id)"
            let file = "faces/\(face.probabilities.label.name)/\(stem)-\(digits).png"
            try write(file) { () throws(CaptureError) in try still.png(of: face.box, size: options.size) }
            faceFiles.append(file)
        }
        if options.hasFrames {
            let whole = Box(x: 0, y: 0, width: still.width, height: still.height)
            try write(frameFile) { () throws(CaptureError) in
                if options.isAnnotated, let canvas = try still.canvas() { marks.draw(result, on: canvas) }
                return try still.png(of: whole)
            }
        }
        note(result, frameFile, faceFiles)
        try records.endFrame()
        dump.count(frames: options.hasFrames ? 1 : 0, faces: faceFiles.count)
    }

    func finish() throws(SinkError) { try records.close() }

    /// Has the picture at hand, upright, faces hidden where that is wanted.
    private func show(_ picture: Picture, _ result: borrowing FrameResult) throws(CaptureError) {
        if still == nil { still = try StillPicture() }
        try still?.take(picture)
        if options.privacy != .none, let canvas = try still?.canvas() { mask.draw(result, on: canvas) }
    }

    /// Sorts as the frames do.
    private func name(of result: borrowing FrameResult) -> String {
        let number = "\(result.frame)"
        return "\(part.stem)-\(String(repeating: "0", count: max(0, 7 - number.count)))\(number)"
    }

    /// Writes a picture unless it is there. A file that has its name is whole.
    private func write(_ name: String, _ png: () throws(CaptureError) -> [UInt8]) throws(SinkError) {
        let path = "\(dump.folder)/\(name)"
        if !options.overwrites, access(path, F_OK) == 0 {
            guard dump.isNew else { return }
            throw SinkError("\(path): it is there, and of no dump; --force writes over it (or name another folder)")
        }
        let bytes: [UInt8]
        do { bytes = try png() } catch { throw SinkError("cannot write \(path): \(error)") }
        var folder = dump.folder
        for level in name.folder.pathParts {
            folder += "/\(level)"
            if access(folder, F_OK) != 0 { try Dump.make(folder) }
        }
        let file = try OutputFile(private: path + Dump.partial)
        file.text.append(bytes: bytes[...])
        do throws(SinkError) { try file.close() } catch {
            unlink(path + Dump.partial)
            throw error
        }
        if rename(path + Dump.partial, path) != 0 { throw SinkError("cannot complete \(path)", code: errno) }
    }

    private func note(_ result: borrowing FrameResult, _ frameFile: String, _ faceFiles: [String]) {
        record.removeAll()
        if options.hasFrames {
            record.append("\"file_name\":")
            record.append(json: frameFile)
            record.append(",\"width\":")
            record.append(result.width)
            record.append(",\"height\":")
            record.append(result.height)
            record.append("}")
            DumpRecords.append(.image, record, to: &records.text)
        }
        line.removeAll()
        JSONLines.appendStart(of: result, to: &line)
        if options.hasFrames {
            line.append(",\"frame_file\":")
            line.append(json: frameFile)
        }
        line.append(",\"faces\":[")
        var files = faceFiles[...]
        for face in result.faces where choice.takes(face) {
            let file = files.removeFirst()
            if files.count < faceFiles.count - 1 { line.append(",") }
            JSONLines.append(face, to: &line, file: file)
            note(face, result, file, frameFile)
        }
        line.append("]}\n")
        DumpRecords.append(.json, line, to: &records.text)
    }

    private func note(_ face: Face, _ result: borrowing FrameResult, _ file: String, _ frameFile: String) {
        record.removeAll()
        record.append(csv: file)
        record.append(",")
        record.append(csv: frameFile)
        record.append(",")
        CSV.append(face, of: result, to: &record)
        DumpRecords.append(.csv, record, to: &records.text)
        guard options.hasFrames else { return }
        record.removeAll()
        record.append("\"category_id\":")
        record.append(face.probabilities.label.rawValue + 1)
        record.append(",\"bbox\":[")
        for (index, number) in [face.box.x, face.box.y, face.box.width, face.box.height].enumerated() {
            if index > 0 { record.append(",") }
            record.append(number)
        }
        record.append("],\"area\":")
        record.append(face.box.area)
        record.append(",\"iscrowd\":0,\"score\":")
        record.append(Double(face.probabilities.confidence), decimals: 4)
        record.append("}")
        DumpRecords.append(.annotation, record, to: &records.text)
    }
}
