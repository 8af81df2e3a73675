public import Mien
import MienVision

/// Lines for people: one when a face appears, when it shows another expression and when it goes.
public final class Readout: Sink {
    private let file: OutputFile
    private var source: String?
    private var sawFace = false
    private var shown: [Shown] = []

    /// A face that the last frame had.
    private struct Shown {
        var id: Int
        var label: Expression
        var isPresent = true
    }

    /// Whether each line is to take the place of what stands in it: a progress bar.
    private let clearsLines: Bool

    public init(_ file: OutputFile, clearsLines: Bool = false) { (self.file, self.clearsLines) = (file, clearsLines) }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) {}

    public func write(_ result: borrowing FrameResult) throws(SinkError) {
        if result.source != source || result.frame == 0 { begin(source: result.source) }
        for index in shown.indices { shown[index].isPresent = false }
        for index in result.faces.indices { show(result.faces[index], at: result.time) }
        for face in shown where !face.isPresent {
            begin(line: face.id, at: result.time)
            file.text.append("gone\n")
        }
        shown.removeAll { !$0.isPresent }
        try file.endFrame()
    }

    public func finish() throws(SinkError) {
        end()
        try file.close()
    }

    private func begin(source name: String) {
        end()
        source = name
        sawFace = false
        shown.removeAll(keepingCapacity: true)
        clearLine()
        // Names may hold line feeds, and sequences that terminals obey.
        var line = Line(.max)
        line.put(name)
        file.text.append(line.text)
        file.text.append("\n")
    }

    private func end() {
        if source != nil, !sawFace {
            clearLine()
            file.text.append("  no face\n")
        }
        source = nil
    }

    private func show(_ face: Face, at time: Double) {
        sawFace = true
        let label = face.smoothed.label
        if let index = shown.firstIndex(where: { $0.id == face.id }) {
            shown[index].isPresent = true
            if shown[index].label == label { return }
            shown[index].label = label
        } else {
            shown.append(Shown(id: face.id, label: label))
        }
        begin(line: face.id, at: time)
        file.text.append(label.name, width: -9)
        file.text.append(Double(face.smoothed.confidence) * 100, decimals: 0)
        file.text.append(" %  at ")
        file.text.append(face.box.x)
        file.text.append(",")
        file.text.append(face.box.y)
        file.text.append(" ")
        file.text.append(face.box.width)
        file.text.append("x")
        file.text.append(face.box.height)
        file.text.append("\n")
    }

    private func clearLine() { if clearsLines { file.text.append("\r\u{1B}[K") } }

    private func begin(line id: Int, at time: Double) {
        clearLine()
        file.text.append(time, decimals: 2, width: 9)
        file.text.append(" s  face ")
        file.text.append(id)
        file.text.append("  ")
    }
}
