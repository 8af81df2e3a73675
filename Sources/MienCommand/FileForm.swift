import Glibc
import MienOutput
import MienSystem
import MienTraining

/// A form that mien writes files in, and what such a file is known by: so that none is written over that is another's.
struct FileForm: Sendable {
    /// As messages call it.
    let name: String
    /// Whether such a file may be called as a recording or a photo is.
    var isPicture = false
    /// Whether mien wrote a file that begins so.
    let isOwn: @Sendable (_ start: FileStart, _ path: String) -> Bool

    private init(
        _ name: String, isPicture: Bool = false, isOwn: @escaping @Sendable (_ start: FileStart, _ path: String) -> Bool
    ) {
        (self.name, self.isPicture, self.isOwn) = (name, isPicture, isOwn)
    }

    private init(_ name: String, _ isOwn: @escaping @Sendable (FileStart) -> Bool) {
        self.init(name) { start, _ in isOwn(start) }
    }

    static let jsonLines = FileForm("JSON Lines") {
        $0.hasPrefix(#"{"mien":""#) && $0.firstLine.contains(#""classes":["#)
    }
    static let csv = FileForm("CSV") { $0.hasPrefix(CSV.headerStart) }
    static let vtt = FileForm("subtitles") { start in
        start.hasPrefix("WEBVTT") && (start.text.contains("\nface ") || !start.text.contains("-->"))
    }
    static let srt = FileForm("subtitles") { $0.hasPrefix("1\n") && $0.lines(3).last?.hasPrefix("face ") == true }
    static let page = FileForm("a page") { $0.text.contains(#"<meta name="generator" content="mien "#) }
    static let statistics = FileForm("statistics") {
        $0.hasPrefix(#"{"mien":""#) && $0.firstLine.contains(#""sources":"#)
    }
    static let failures = FileForm("a list of failures") {
        $0.hasPrefix(#"{"input":""#) && $0.firstLine.contains(#""reason":"#)
    }
    static let video = FileForm("an annotated video", isPicture: true) { _, path in AnnotatedVideo.isOwn(path) }
    /// Luma alone, which nothing is known by.
    static let rawFrames = FileForm("raw frames") { _ in false }

    /// ONNX: the version of its format, of one byte, and the producer. (onnx.proto: fields 1 and 2)
    static let network = FileForm("a network") { start in
        start.bytes.count > 4 && start.bytes[0] == 0x08
            && start.bytes[2...].starts(with: [0x12, 4] + Array("mien".utf8))
    }
    static let checkpoint = FileForm("a checkpoint") { $0.hasPrefix("mien checkpoint") }
    static let foundFaces = FileForm("a table of faces") { $0.hasPrefix("file,x,y,width,height,roll,score\n") }
    static let answers = FileForm("answers") { $0.hasPrefix(Evaluation.csvHeader) }
    static let scores = FileForm("scores") {
        $0.hasPrefix(#"{"model":"#) && $0.text.contains("expected_calibration_error")
    }
    /// PNG with a chunk that says who wrote it.
    static let sheet = FileForm("a picture", isPicture: true) { start, _ in start.text.contains("Software\0mien") }
    static let dumpTable = FileForm("a dump") { $0.hasPrefix(Dump.csvStart + CSV.headerStart) }
    static let coco = FileForm("a dump") { start in
        start.hasPrefix("{\"images\":[\n{\"id\":1,\"file_name\":\"frames/") || start.hasPrefix("{\"images\":[],\n")
    }

    /// All that are known by their first bytes.
    static let ofText = [
        jsonLines, csv, vtt, srt, page, statistics, failures, network, checkpoint, foundFaces, answers, scores, sheet,
        dumpTable,
        coco,
    ]

    /// Throws, with what to do, where a file is at `path` that isn't of this form, or where the name is one for pictures.
    func refuseForeign(_ path: String) throws(Failure) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT == S_IFDIR {
            throw Failure(description: "\(path): it is a folder; name a file to write")
        }
        // Pipes and devices take what they get.
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else { return }
        let hasPictureName = !isPicture && InputSearch.isNameOfPictures(path)
        let hint =
            hasPictureName ? " (after an option for a file the shell puts the first name of a pattern there)" : ""
        if isThere, status.st_size > 0 {
            guard let start = FileStart(path) else {
                throw Failure(
                    description:
                        "\(path): it is there and can't be read, so that it may be another's; name another file, or say --force"
                )
            }
            if !isOwn(start, path) {
                throw Failure(
                    description:
                        "\(path): it is there, and not written by mien as \(name); name another file, or say --force to write over it\(hint)"
                )
            }
        } else if hasPictureName {
            throw Failure(
                description:
                    "\(path): \(name) by the name of a recording or photo; name another file, or say --force\(hint)")
        }
    }
}

/// The first bytes of a file, enough to know it by.
struct FileStart {
    let bytes: [UInt8]
    let text: String
    private static let size = 1 << 14

    /// Nil where it can't be read.
    init?(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Self.size)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count >= 0 else { return nil }
        self.init(bytes: Array(bytes.prefix(count)))
    }

    init(bytes: [UInt8]) { (self.bytes, text) = (bytes, String(decoding: bytes, as: UTF8.self)) }

    func hasPrefix(_ prefix: String) -> Bool { bytes.starts(with: prefix.utf8) }

    func lines(_ count: Int) -> [String] {
        bytes.split(separator: 0x0A, maxSplits: count, omittingEmptySubsequences: false).prefix(count).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    var firstLine: String { lines(1).first ?? "" }
}
