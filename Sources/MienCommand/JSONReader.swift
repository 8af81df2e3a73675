/// Reads a value of JSON (RFC 8259) that mien has written itself: what is nested deeper, or written otherwise, is none.
///
/// Numbers are kept as they are written, so that none loses digits.
indirect enum JSONValue: Equatable {
    case text(String)
    case number(String)
    case flag(Bool)
    case null
    case list([JSONValue])
    case object([String: JSONValue])

    init?(_ bytes: [UInt8]) {
        var reader = JSONReader(rest: bytes[...])
        guard let value = reader.value(depth: 0), reader.skip() == nil else { return nil }
        self = value
    }

    subscript(_ name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: String? { if case .number(let text) = self { text } else { nil } }
    var list: [JSONValue]? { if case .list(let values) = self { values } else { nil } }
}

private struct JSONReader {
    var rest: ArraySlice<UInt8>

    /// The next byte that isn't space, which stays.
    mutating func skip() -> UInt8? {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return rest.first
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard skip() == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func value(depth: Int) -> JSONValue? {
        guard depth < 8, let first = skip() else { return nil }
        switch first {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            let isWhole = elements(UInt8(ascii: "}")) { reader in
                guard let name = reader.string(), reader.take(UInt8(ascii: ":")),
                    let value = reader.value(depth: depth + 1)
                else { return false }
                members[name] = value
                return true
            }
            return isWhole ? .object(members) : nil
        case UInt8(ascii: "["):
            var values: [JSONValue] = []
            let isWhole = elements(UInt8(ascii: "]")) { reader in
                guard let value = reader.value(depth: depth + 1) else { return false }
                values.append(value)
                return true
            }
            return isWhole ? .list(values) : nil
        case UInt8(ascii: "\""): return string().map { .text($0) }
        default:
            let word = rest.prefix { !(" \t\r\n,]}".utf8.contains($0)) }
            rest = rest.dropFirst(word.count)
            switch String(decoding: word, as: UTF8.self) {
            case "true": return .flag(true)
            case "false": return .flag(false)
            case "null": return .null
            case let text: return text.utf8.count < 64 && Double(text) != nil ? .number(text) : nil
            }
        }
    }

    /// What stands between brackets, with commas.
    private mutating func elements(_ end: UInt8, _ element: (inout JSONReader) -> Bool) -> Bool {
        rest.removeFirst()
        if take(end) { return true }
        repeat { if !element(&self) { return false } } while take(UInt8(ascii: ","))
        return take(end)
    }

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case let byte? where "\"\\/".utf8.contains(byte): bytes.append(byte)
                case UInt8(ascii: "u")?:
                    // Control characters alone are written so.
                    guard let code = UInt8(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16), code < 0x20
                    else { return nil }
                    rest = rest.dropFirst(4)
                    bytes.append(code)
                default: return nil
                }
            case ..<0x20: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }
}
