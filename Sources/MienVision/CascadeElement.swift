/// An element of a cascade's XML, with no more in it than cascades need: children or text, and a type.
///
/// Anything else that XML has is refused, but comments.
struct CascadeElement {
    let name: String
    /// The attribute `type_id`, the only one.
    private(set) var type: String?
    private(set) var children: [CascadeElement] = []
    /// Words and numbers with spaces between them.
    private(set) var text = ""

    /// The outermost element; nil where the text is no XML, or has more in it than a cascade's.
    init?(xml: [UInt8]) {
        var reader = Reader(rest: xml[...])
        reader.skip()
        guard let root = CascadeElement(&reader, depth: 0) else { return nil }
        reader.skip()
        guard reader.rest.isEmpty else { return nil }
        self = root
    }

    /// Elements inside elements: a cascade of the old format has nine.
    private static let deepest = 16

    private init?(_ reader: inout Reader, depth: Int) {
        guard depth < Self.deepest, reader.take("<"), let name = reader.word() else { return nil }
        self.name = name
        reader.skip()
        if reader.take("type_id=\"") {
            guard let value = reader.word(), reader.take("\"") else { return nil }
            type = value
            reader.skip()
        }
        guard reader.take(">") else { return nil }
        while true {
            reader.skip()
            if reader.take("</") { break }
            if reader.rest.first == UInt8(ascii: "<") {
                guard let child = CascadeElement(&reader, depth: depth + 1) else { return nil }
                children.append(child)
            } else {
                guard let word = reader.word() else { return nil }
                text += text.isEmpty ? word : " " + word
            }
        }
        guard reader.word() == name, children.isEmpty || text.isEmpty else { return nil }
        reader.skip()
        guard reader.take(">") else { return nil }
    }

    subscript(_ name: String) -> CascadeElement? { children.first { $0.name == name } }

    /// The text as numbers; nil where it has others words, and numbers that OpenCV would read otherwise: for it 010 is 8, and
    /// 0x10 is 16. (strtol)
    var numbers: [Double]? {
        let words = text.split(separator: " ")
        let numbers = words.compactMap { word in
            let digits = word.drop { $0 == "-" || $0 == "+" }
            let isPlain = digits.allSatisfy { "0123456789.e+-".contains($0) }
            let isOctal = digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true
            return isPlain && !isOctal ? Double(word) : nil
        }.filter(\.isFinite)
        return numbers.count == words.count ? numbers : nil
    }

    /// The text as whole numbers.
    var integers: [Int]? {
        guard let numbers else { return nil }
        let integers = numbers.compactMap { Int(exactly: $0) }
        return integers.count == numbers.count ? integers : nil
    }

    /// The same, for OpenCV to read.
    var xml: String {
        "<\(name)" + (type.map { " type_id=\"\($0)\"" } ?? "") + ">"
            + (children.isEmpty ? text : children.map(\.xml).joined()) + "</\(name)>\n"
    }
}

/// What is left of the text.
private struct Reader {
    var rest: ArraySlice<UInt8>

    /// Passes over spaces, comments and the line before the first element.
    mutating func skip() {
        while true {
            rest = rest.drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
            if take("<!--") { pass("-->") } else if take("<?") { pass("?>") } else { return }
        }
    }

    private mutating func pass(_ end: StaticString) { while !rest.isEmpty, !take(end) { rest.removeFirst() } }

    mutating func take(_ text: StaticString) -> Bool {
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }

    /// A name or a number.
    mutating func word() -> String? {
        let word = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard !word.isEmpty else { return nil }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }
}
