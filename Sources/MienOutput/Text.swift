/// Text in the making, as UTF-8. Keeps its memory when it is emptied, so that lines cost no allocation.
///
/// Numbers come out the same in every locale.
struct Text {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(_ text: Text) { bytes.append(contentsOf: text.bytes) }

    /// With spaces after it up to `-width` bytes, or before it up to `width`.
    mutating func append(_ text: String, width: Int) {
        pad(width - text.utf8.count)
        append(text)
        pad(-width - text.utf8.count)
    }

    mutating func append(_ number: Double, decimals: Int, width: Int) {
        let start = bytes.count
        append(number, decimals: decimals)
        let missing = width - (bytes.count - start)
        if missing > 0 { bytes.insert(contentsOf: repeatElement(UInt8(ascii: " "), count: missing), at: start) }
    }

    private mutating func pad(_ count: Int) {
        if count > 0 { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count)) }
    }

    mutating func append(_ number: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: number.magnitude, atLeast: 1)
    }

    /// With zeros before it, so that there are so many digits at least.
    mutating func append(_ number: Int, digits: Int) { append(digits: number.magnitude, atLeast: digits) }

    /// `number` rounded to `decimals` digits after the point; of those, zeros at the end beyond the first `kept` are left
    /// out. What is no number is `null`, as JSON has it.
    mutating func append(_ number: Double, decimals: Int, kept: Int? = nil) {
        var power: UInt = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = (number.magnitude * Double(power)).rounded()
        guard scaled < 1e18 else { return append("null") }
        let whole = UInt(scaled)
        if number < 0, whole > 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: whole / power, atLeast: 1)
        guard decimals > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        append(digits: whole % power, atLeast: decimals)
        for _ in 0..<decimals - (kept ?? decimals) where bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }

    private mutating func append(digits number: UInt, atLeast count: Int) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || bytes.count - start < count
        bytes[start...].reverse()
    }

    /// `text` as a JSON string (RFC 8259, section 7).
    mutating func append(json text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\r"): append("\\r")
            case UInt8(ascii: "\t"): append("\\t")
            case ..<0x20:
                append("\\u00")
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                bytes.append(UInt8(ascii: byte & 15 < 10 ? "0" : "W") + byte & 15)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `text` as a field of CSV: in quotes where it needs them (RFC 4180, section 2).
    mutating func append(csv text: String) {
        let special: (UInt8) -> Bool = { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
        guard text.utf8.contains(where: special) else { return append(text) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func append(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// `text` as HTML has it, between tags or in quotes.
    mutating func append(html text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\""): append("&quot;")
            default: bytes.append(byte)
            }
        }
    }

    /// `data` in letters and digits (RFC 4648, section 4).
    mutating func append(base64 data: [UInt8]) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for start in stride(from: 0, to: data.count, by: 3) {
            let part = data[start..<min(start + 3, data.count)]
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                bytes.append(place <= part.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
    }
}
