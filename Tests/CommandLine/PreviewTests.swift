import Foundation
import Testing

/// The picture beside the readout, in a real terminal, which knows blocks and no pictures.
@Suite(.enabled(if: Tmux.isThere, Tmux.missing), .serialized)
struct PreviewTests {
    private func isBlock(_ character: Character) -> Bool {
        character.unicodeScalars.contains { (0x2580...0x259F).contains($0.value) }
    }

    @Test("The picture stands beside the readout, or above it; both are whole after a resize, a pause and at the end")
    func place() throws {
        let terminal = try Tmux(columns: 120, rows: 40)
        try terminal.type(line: "echo before; $MIEN demo --preview; echo status $?")
        func hasPicture(_ screen: String, rows: Range<Int>, columns: Int) -> Bool {
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.count >= rows.upperBound else { return false }
            return lines[rows].filter { $0.dropFirst(columns).filter(isBlock).count > 20 }.count >= rows.count / 2
        }
        try terminal.until { $0.contains("face 1") && hasPicture($0, rows: 10..<25, columns: 50) }
        try terminal.press("p")
        try terminal.until { $0.contains("paused: nobody") && hasPicture($0, rows: 10..<25, columns: 50) }
        try terminal.press("p")
        try terminal.resize(columns: 70, rows: 40)
        let screen = try terminal.until { $0.contains("face 1") && hasPicture($0, rows: 3..<17, columns: 0) }
        #expect(screen.split(separator: "\n", omittingEmptySubsequences: false)[20].hasPrefix("mien  demo"))
        try terminal.press("q")
        let rest = try terminal.until { $0.contains("status ") }
        #expect(rest.contains("before\n") && rest.contains("status 0"))
        #expect(!rest.contains(where: isBlock))
    }
}
