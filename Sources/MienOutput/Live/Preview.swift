import CMienAV
import CMienChafa
public import Mien
import MienCapture
import MienSystem
import Synchronization

/// The pictures for a readout to show in its terminal: the newest one whenever it draws, with the overlay.
public final class Preview: PictureSink, Sendable {
    private let newest: NewestPicture
    private let privacy: Privacy
    private let isMirrored = Atomic(false)

    /// Throws where pictures can't be had.
    public init(privacy: Privacy) throws(SinkError) {
        self.privacy = privacy
        do { newest = try NewestPicture() } catch { throw SinkError("no preview: \(error)") }
    }

    public var isReader: Bool { false }

    public func begin(_ run: RunDescription) {}

    public func begin(_ source: any FrameSource, _ pictures: any PictureReader) {
        isMirrored.store(source is CameraSource, ordering: .relaxed)
    }

    /// A terminal is slow: until it has drawn one, no other is made.
    public func wantsPicture(of result: borrowing FrameResult) -> Bool { !newest.isWaiting }

    public func write(_ result: borrowing FrameResult, _ picture: Picture?) throws(SinkError) {
        guard let picture else { return }
        do { try newest.put(result, picture) } catch { throw SinkError("no preview: \(error)") }
    }

    public func finish() {}

    /// For the thread that draws.
    func painter(for terminal: Terminal) throws(SinkError) -> PreviewPainter {
        do throws(CaptureError) {
            return try PreviewPainter(newest, privacy: privacy, terminal) { [self] in
                isMirrored.load(ordering: .relaxed)
            }
        } catch {
            throw SinkError("no preview: \(error)")
        }
    }
}

/// Makes a terminal's pictures of those that come. One thread.
final class PreviewPainter {
    /// Cells of a terminal.
    struct Area: Hashable {
        var column: Int
        var row: Int
        var columns: Int
        var rows: Int
    }

    private let newest: NewestPicture
    private var shot: NewestPicture.Shot
    private let shown: ShownPicture
    private let isMirrored: () -> Bool
    private let chafa: OpaquePointer
    private let wayToShow: mien_chafa_protocol
    private let converter: PictureConverter
    private let (pixels, way): (Picture, Picture)
    private var hasPicture = false
    /// Kitty's number of the picture on the screen. The next one has the other number.
    private var number: UInt8 = 1

    init(
        _ newest: NewestPicture, privacy: Privacy, _ terminal: Terminal, isMirrored: @escaping () -> Bool
    ) throws(CaptureError) {
        (self.newest, self.isMirrored) = (newest, isMirrored)
        shot = try NewestPicture.Shot()
        shown = try ShownPicture(privacy: privacy)
        converter = try PictureConverter()
        (pixels, way) = (try Picture(), try Picture())
        var (found, error) = (mien_chafa_symbols, UnsafePointer<CChar>?.none)
        guard let chafa = mien_chafa_open(terminal.abilities.hasUnicode, &found, &error) else {
            throw CaptureError(.system, "cannot load libchafa: \(loadFailure(error, packages: "libchafa0"))")
        }
        self.chafa = chafa
        // The environment may not know; the terminal itself does.
        wayToShow = found == mien_chafa_symbols ? terminal.pictureProtocol() : found
    }

    deinit { mien_chafa_close(chafa) }

    /// Whether there is a picture that has not been drawn yet; takes it.
    func isDue() throws(CaptureError) -> Bool {
        guard newest.take(into: &shot, seconds: 0) == .new else { return false }
        hasPicture = true
        shown.isMirrored = isMirrored()
        try shown.draw(shot.result, on: shot.picture)
        return true
    }

    /// What puts the newest picture into the middle of `area`; nothing before the first one.
    ///
    /// `cell`: a cell's size in pixels.
    func bytes(in area: Area, cell: (width: Int, height: Int)) throws(CaptureError) -> Text {
        var text = Text()
        guard hasPicture, area.columns > 2, area.rows > 2 else { return text }
        let place = fitted(into: area, cell)
        let isSymbols = wayToShow == mien_chafa_symbols
        let scale = pixels(ofCell: cell, at: place)
        try shown.picture.turn(
            into: pixels, as: AV_PIX_FMT_RGB24, size: (place.columns * scale.width, place.rows * scale.height),
            using: converter, by: way)
        var length = 0
        let frame = pixels.frame.pointee
        guard let base = frame.data.0,
            let printed = mien_chafa_print(
                chafa, wayToShow, base, frame.width, frame.height, frame.linesize.0, Int32(place.columns),
                Int32(place.rows), Int32(scale.width), Int32(scale.height), &length)
        else { return text }
        let bytes = UnsafeRawBufferPointer(start: printed, count: length)
        let lines = isSymbols ? bytes.split(separator: UInt8(ascii: "\n")) : [bytes[...]]
        for (index, line) in lines.enumerated() {
            text.append("\u{1B}[\(place.row + index + 1);\(place.column + 1)H")
            if wayToShow == mien_chafa_kitty {
                appendNumbered(line, to: &text)
            } else {
                text.append(bytes: line)
            }
        }
        text.append("\u{1B}[0m")
        return text
    }

    /// A picture of kitty's stays until it is taken away: only once the next one, which takes a while to come, is there.
    private func appendNumbered(_ picture: Slice<UnsafeRawBufferPointer>, to text: inout Text) {
        let start = "\u{1B}_G".utf8.count
        let last = number
        number = 3 - number
        text.append(bytes: picture.prefix(start))
        text.append("i=\(number),q=2,")
        text.append(bytes: picture.dropFirst(start))
        text.append("\u{1B}_Ga=d,d=I,i=\(last),q=2\u{1B}\\")
    }

    /// How many pixels to send for a cell: kitty enlarges pictures itself.
    private func pixels(ofCell cell: (width: Int, height: Int), at place: Area) -> (width: Int, height: Int) {
        switch wayToShow {
        case mien_chafa_symbols: (8, 16)
        case mien_chafa_kitty:
            (
                min(cell.width, 1 + (shown.picture.width - 1) / place.columns),
                min(cell.height, 1 + (shown.picture.height - 1) / place.rows)
            )
        default: cell
        }
    }

    /// What takes a picture away that the screen's end doesn't.
    var removal: Text {
        var text = Text()
        if wayToShow == mien_chafa_kitty { text.append("\u{1B}_Ga=d,d=A\u{1B}\\") }
        return text
    }

    private func fitted(into area: Area, _ cell: (width: Int, height: Int)) -> Area {
        let aspect = Double(shown.picture.width) / Double(max(shown.picture.height, 1))
        let room = (
            width: Double(area.columns * cell.width), height: Double(area.rows * cell.height)
        )
        let width = min(room.width, room.height * aspect)
        let columns = max(1, Int(width / Double(cell.width)))
        let rows = min(area.rows, max(1, Int((width / aspect / Double(cell.height)).rounded())))
        return Area(
            column: area.column + (area.columns - columns) / 2, row: area.row + (area.rows - rows) / 2,
            columns: columns, rows: rows)
    }
}
