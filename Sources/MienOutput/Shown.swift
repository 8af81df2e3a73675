import MienSystem

extension String {
    /// The text as a terminal may have it: "?" stands for what would move the cursor, change the terminal or turn the
    /// direction of writing, and for bytes that are no text. Names of files, devices and networks come from anywhere.
    public func shown(keepingLines: Bool = false) -> String {
        let isPlain = unicodeScalars.allSatisfy { !$0.isCommand }
        if isPlain { return self }
        let scalars = unicodeScalars.map { $0.isCommand && !(keepingLines && $0 == "\n") ? "?" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension Unicode.Scalar {
    /// C0, DEL and C1, and Unicode's marks for the direction of writing.
    fileprivate var isCommand: Bool {
        switch value {
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: foreignByte != nil
        }
    }
}
