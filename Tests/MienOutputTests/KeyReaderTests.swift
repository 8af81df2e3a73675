import Testing

@testable import MienOutput

struct KeyReaderTests {
    @Test(
        "Letters in what keys and terminals send are no keys",
        arguments: [
            ("qp r", "qp r"), ("\u{1B}OPq", "q"), ("\u{1B}[1;2Pp", "p"), ("\u{1B}[Aq\u{1B}[B", "q"), ("\u{1B}qp", "p"),
            ("\u{1B}]10;rgb:q\u{7}p", "p"), ("\u{1B}P1$qr\u{1B}\\r", "r"), ("\u{1B}_Gi=31;OK\u{1B}\\q", "q"),
            ("\u{1B}\u{1B}[Pq", "q"),
        ])
    func sequences(sent: String, keys: String) {
        var reader = KeyReader()
        #expect(String(decoding: reader.pressed(Array(sent.utf8)), as: UTF8.self) == keys)
    }

    @Test("A sequence may come in parts, and the key Esc comes alone")
    func parts() {
        var reader = KeyReader()
        let parts = ["p\u{1B}[1;", "2Pq", "\u{1B}", "q"].map { reader.pressed(Array($0.utf8)) }
        #expect(parts.map { String(decoding: $0, as: UTF8.self) } == ["p", "q", "", "q"])
    }
}
