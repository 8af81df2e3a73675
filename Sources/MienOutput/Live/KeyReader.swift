/// Tells keys that stand for a letter from those that send several bytes: arrows, function keys, and a terminal's late answers,
/// whose letters are no commands. (ECMA-48, section 5.4; xterm's control sequences)
struct KeyReader {
    private enum State {
        case plain
        /// After ESC.
        case escape
        /// After ESC and O: one byte more.
        case single
        /// After ESC and [: up to a byte from @ to ~.
        case sequence
        /// After ESC and one of P, ], _, ^ and X: up to BEL, or ESC and a backslash.
        case string
        case stringEscape
    }

    private var state = State.plain

    /// The single keys among `bytes`, in their order. A sequence may go on in the bytes that come next.
    mutating func pressed(_ bytes: [UInt8]) -> [UInt8] {
        // The key Esc comes alone.
        if state == .escape, !bytes.isEmpty { state = .plain }
        return bytes.filter { isKey($0) }
    }

    private mutating func isKey(_ byte: UInt8) -> Bool {
        switch state {
        case .plain:
            if byte == 0x1B { state = .escape }
            return byte != 0x1B
        case .escape:
            switch byte {
            case UInt8(ascii: "O"): state = .single
            case UInt8(ascii: "["): state = .sequence
            case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
                state = .string
            case 0x1B: state = .escape
            // With Alt.
            default: state = .plain
            }
        case .single: state = .plain
        case .sequence: if (0x40...0x7E).contains(byte) { state = .plain }
        case .string: if byte == 0x07 { state = .plain } else if byte == 0x1B { state = .stringEscape }
        case .stringEscape: state = byte == UInt8(ascii: "\\") ? .plain : .string
        }
        return false
    }
}
