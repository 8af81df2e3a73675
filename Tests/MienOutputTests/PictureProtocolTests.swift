import CMienAV
import CMienChafa
import Glibc
import Mien
import Testing

@testable import MienOutput

/// A terminal's other end, which answers questions.
private final class AnsweringTerminal {
    let terminal: Terminal
    private let (primary, secondary): (Int32, Int32)
    /// What the other end has seen enough at: end of transmission.
    private static let end: UInt8 = 4
    private let worker: Worker

    init(_ reply: String) throws {
        var (primary, secondary) = (Int32(-1), Int32(-1))
        try #require(openpty(&primary, &secondary, nil, nil, nil) == 0)
        (self.primary, self.secondary) = (primary, secondary)
        let descriptor = primary
        let worker = Worker {
            var seen: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1024)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0, buffer[count - 1] != Self.end {
                seen += buffer[..<count]
                // The question for its attributes is the last one.
                guard String(decoding: seen.suffix(3), as: UTF8.self) == "\u{1B}[c" else { continue }
                _ = Array(reply.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            }
        }
        self.worker = try #require(worker)
        terminal = try #require(Terminal(of: secondary) { ["TERM": "xterm", "LANG": "C.UTF-8"][$0] })
        terminal.enter()
    }

    /// As Ctrl-S and Ctrl-Q do.
    func holdUp(_ isHeldUp: Bool) { tcflow(secondary, isHeldUp ? TCOOFF : TCOON) }

    deinit {
        terminal.leave()
        withUnsafePointer(to: Self.end) { _ = write(secondary, $0, 1) }
        worker.join()
        close(primary)
        close(secondary)
    }
}

@Suite(.serialized) struct PictureProtocolTests {
    @Test(
        "A terminal is asked how it takes pictures",
        arguments: [
            ("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c", mien_chafa_kitty), ("\u{1B}[?62;4;22c", mien_chafa_sixels),
            ("\u{1B}[?64;1;2;6;22c", mien_chafa_symbols), ("\u{1B}[?4c", mien_chafa_symbols), ("", mien_chafa_symbols),
        ])
    func question(reply: String, expected: mien_chafa_protocol) throws {
        let answering = try AnsweringTerminal(reply)
        #expect(answering.terminal.pictureProtocol() == expected)
    }

    @Test("What a terminal doesn't take at once goes on while keys are waited for")
    func drawing() throws {
        let answering = try AnsweringTerminal("\u{1B}[?62c")
        _ = answering.terminal.pictureProtocol()
        var picture = Text()
        picture.append(String(repeating: "x", count: 1_000_000))
        answering.holdUp(true)
        answering.terminal.draw([], picture: picture)
        #expect(!answering.terminal.isReady)
        answering.holdUp(false)
        for _ in 0..<20 where !answering.terminal.isReady { #expect(answering.terminal.keys(seconds: 0.5).isEmpty) }
        #expect(answering.terminal.isReady)
    }

    @Test("A picture of kitty's takes the place of the last one once it is there, no larger than it was")
    func replacing() throws {
        let answering = try AnsweringTerminal("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c")
        let preview = try Preview(privacy: .none)
        let painter = try preview.painter(for: answering.terminal)
        let picture = try Picture()
        try picture.resize(width: 160, height: 80, format: AV_PIX_FMT_RGB24)
        var texts: [String] = []
        for frame in 0..<3 {
            try preview.write(
                FrameResult(source: "a", frame: frame, time: 0, width: 160, height: 80, faces: []), picture)
            #expect(try painter.isDue())
            let area = PreviewPainter.Area(column: 0, row: 0, columns: 40, rows: 10)
            texts.append(String(decoding: try painter.bytes(in: area, cell: (10, 20)).bytes, as: UTF8.self))
        }
        for (text, (number, last)) in zip(texts, [(2, 1), (1, 2), (2, 1)]) {
            #expect(text.contains("\u{1B}_Gi=\(number),q=2,a=T,f=32,s=160,v=80,c=40,r=10"))
            #expect(text.hasSuffix("\u{1B}_Ga=d,d=I,i=\(last),q=2\u{1B}\\\u{1B}[0m"))
        }
    }

    @Test(
        "Pictures come in the terminal's own protocol, in the middle of their place",
        arguments: [
            ("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c", "\u{1B}_Gi=2,q=2,a=T"), ("\u{1B}[?62;4;22c", "\u{1B}P"),
            ("\u{1B}[?62c", "\u{1B}["),
        ])
    func picture(reply: String, start: String) throws {
        let answering = try AnsweringTerminal(reply)
        let preview = try Preview(privacy: .none)
        let painter = try preview.painter(for: answering.terminal)
        let area = PreviewPainter.Area(column: 20, row: 2, columns: 40, rows: 30)
        #expect(try painter.bytes(in: area, cell: (10, 20)).bytes.isEmpty)
        let picture = try Picture()
        try picture.resize(width: 320, height: 160, format: AV_PIX_FMT_RGB24)
        try preview.write(
            FrameResult(source: "a", frame: 0, time: 0, width: 320, height: 160, faces: []), picture)
        #expect(try painter.isDue())
        #expect(try !painter.isDue())
        let text = String(decoding: try painter.bytes(in: area, cell: (10, 20)).bytes, as: UTF8.self)
        // 40 columns of 10 pixels are 400, of which 2:1 needs 200 down: 10 rows of 20, with 10 above.
        let place = text.ranges(of: "\u{1B}[13;21H")
        #expect(place.count == 1)
        let after = text[(try #require(place.first)).upperBound...]
        #expect(after.hasPrefix(start))
        #expect(text.hasSuffix("\u{1B}[0m"))
    }
}
