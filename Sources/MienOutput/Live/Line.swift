/// One line of a terminal in the making: never wider than it may be, whatever is put into it.
struct Line {
    private(set) var text = Text()
    /// Columns taken, and those there are.
    private(set) var width = 0
    let limit: Int

    init(_ limit: Int) { self.limit = limit }

    /// How letters look: SGR parameters of ECMA-48, such as 1 for bold and 91 for bright red.
    struct Style: Hashable {
        var codes: [Int]

        static let plain = Style(codes: [])
        static let bold = Style(codes: [1])
        static let dim = Style(codes: [2])
    }

    /// Appends as much of `string` as there is room for. What would move the cursor or change the terminal is shown as "?".
    mutating func put(_ string: String, _ style: Style = .plain) {
        guard width < limit else { return }
        begin(style)
        for scalar in string.unicodeScalars {
            let shown = scalar.isControl ? "?" : scalar
            guard width + shown.columns <= limit else { break }
            text.append(String(shown))
            width += shown.columns
        }
        end(style)
    }

    /// Spaces up to a column.
    mutating func pad(to column: Int) {
        let count = min(column, limit) - width
        if count > 0 { put(String(repeating: " ", count: count)) }
    }

    /// Puts `other` at the right end, where there is room for it.
    mutating func putRight(_ other: Line) {
        guard other.width > 0, limit - other.width > width else { return }
        pad(to: limit - other.width)
        append(other)
    }

    mutating func append(_ other: Line) {
        text.append(other.text)
        width += other.width
    }

    private mutating func begin(_ style: Style) {
        guard !style.codes.isEmpty else { return }
        text.append("\u{1B}[\(style.codes.map(String.init).joined(separator: ";"))m")
    }

    private mutating func end(_ style: Style) { if !style.codes.isEmpty { text.append("\u{1B}[0m") } }
}

extension Unicode.Scalar {
    /// C0, delete and C1, and the marks that turn the direction of text.
    var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x202A...0x202E).contains(value)
            || (0x2066...0x2069).contains(value)
    }

    /// Columns that a terminal gives it: 2 for East Asian wide letters and emoji (Unicode Standard Annex 11), 0 for marks
    /// that combine with the letter before.
    var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
