public import Mien

/// A page to look at: what each face of a recording showed, over time. One file, which needs no network.
///
/// Of several recordings each has a section, written when it is over.
public final class Report: Sink {
    private let file: OutputFile
    private var model = ""
    private var section: ReportSection?
    private var isEmpty = true

    public init(_ file: OutputFile) { self.file = file }

    public var isForsaken: Bool { file.isForsaken }

    public func begin(_ run: RunDescription) { model = run.model }

    public func write(_ result: borrowing FrameResult) throws(SinkError) { try write(result) { _ in nil } }

    /// `picture` is to give a face's, as a JPEG file.
    func write(_ result: borrowing FrameResult, picture: (Face) -> [UInt8]?) throws(SinkError) {
        if section?.source != result.source || result.frame == 0 {
            try endSection()
            section = ReportSection(result)
        }
        section?.add(result, picture: picture)
    }

    public func finish() throws(SinkError) {
        try endSection()
        if isEmpty { file.text.append(ReportPage.head(title: "no frames", model: model)) }
        file.text.append(ReportPage.foot)
        try file.close()
    }

    /// Whether a frame has a moment that is stronger than all before.
    func isSurpassed(by result: borrowing FrameResult) -> Bool {
        section?.source != result.source || section?.moments.areSurpassed(by: result) ?? true
    }

    private func endSection() throws(SinkError) {
        guard let section else { return }
        if isEmpty { file.text.append(ReportPage.head(title: section.source, model: model)) }
        isEmpty = false
        section.write(to: &file.text)
        self.section = nil
        try file.endFrame(isLive: true)
    }
}
