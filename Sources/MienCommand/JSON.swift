/// A value in JSON (RFC 8259), for small reports; results have a faster writer of their own.
indirect enum JSON {
    case text(String)
    case number(Int)
    /// With that many digits after the point; `null` where it is no number.
    case real(Double, digits: Int)
    /// A number as it is to be written.
    case digits(String)
    case flag(Bool)
    case list([JSON])
    case object(KeyValuePairs<String, JSON>)
    case null

    init(_ number: Int?) { self = number.map(JSON.number) ?? .null }

    /// On one line.
    var line: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .real(let number, let digits): Self.decimal(number, digits)
        case .digits(let digits): digits
        case .flag(let flag): String(flag)
        case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.key) + ":" + $0.value.line }.joined(separator: ",") + "}"
        case .null: "null"
        }
    }

    /// Rounded, the same in every locale.
    static func decimal(_ number: Double, _ digits: Int) -> String {
        let power = (0..<digits).reduce(1) { power, _ in power * 10 }
        guard let scaled = Int(exactly: (number.magnitude * Double(power)).rounded()) else { return "null" }
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let rest = String(scaled % power)
        return "\(sign)\(scaled / power)." + String(repeating: "0", count: digits - rest.count) + rest
    }

    static func quoted(_ text: String) -> String {
        var line = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": line += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\""
    }
}
