public import Mien
public import MienCapture

/// A report with pictures of the strongest moments.
public final class IllustratedReport: PictureSink {
    private let report: Report
    private let thumbnails = ThumbnailMaker()

    public init(_ file: OutputFile) { report = Report(file) }

    public var isForsaken: Bool { report.isForsaken }

    public func begin(_ run: RunDescription) { report.begin(run) }

    public func begin(_ source: any FrameSource, _ pictures: any PictureReader) {}

    public func wantsPicture(of result: borrowing FrameResult) -> Bool { report.isSurpassed(by: result) }

    public func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError) {
        try report.write(result) { face in picture.flatMap { thumbnails.jpeg(of: face.box, in: $0) } }
    }

    public func finish() throws(SinkError) { try report.finish() }
}
