import MienVision

/// The rows of Kaggle's `fer2013.csv`: `emotion,pixels,Usage`, in any order, with or without quotes; other columns, such as
/// the row names of R and pandas, are passed over.
struct FER2013Reader: ~Copyable {
    private var lines: LineReader
    /// What each column is; nil: none of ours.
    private let columns: [Column?]
    /// The samples of the row that `next()` gave last.
    private let pixels: UnsafeMutableBufferPointer<UInt8>

    private enum Column: String, CaseIterable { case emotion, pixels, usage }

    struct Row {
        /// Counts from 1, the header being line 1.
        var line: Int
        /// 0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral.
        var emotion: Int
        var usage: Usage
        /// 48x48, row by row. Valid until the next row is read.
        var pixels: UnsafeBufferPointer<UInt8>
    }

    init(_ path: String) throws(DataError) {
        var lines = try LineReader(path)
        let columns = try lines.next().map { Fields.names($0).map(Column.init(rawValue:)) } ?? []
        let known = columns.compactMap(\.self)
        guard Set(known) == Set(Column.allCases), known.count == 3 else {
            throw DataError("\(path):1: the columns are not those of FER2013; expected emotion,pixels,Usage")
        }
        self.lines = lines
        self.columns = columns
        // Last: where something throws before, nobody would free it.
        pixels = .allocate(capacity: FacePicture.pixelCount)
    }

    deinit { pixels.deallocate() }

    mutating func next() throws(DataError) -> Row? {
        guard let line = try lines.next() else { return nil }
        var fields = Fields(line)
        var row = Row(line: lines.number, emotion: -1, usage: .training, pixels: UnsafeBufferPointer(pixels))
        for column in columns {
            guard let field = fields.next() else { throw error("a row of \(columns.count) columns is expected") }
            switch column {
            case nil: break
            case .emotion:
                guard let number = Fields.number(field), number <= 6 else { throw error("emotion must be 0 to 6") }
                row.emotion = number
            case .pixels:
                try parse(field)
            case .usage:
                let name = String(decoding: field, as: UTF8.self).trimmed
                guard let usage = Usage(rawValue: String(name)) else {
                    throw error("Usage must be Training, PublicTest or PrivateTest, not \"\(name)\"")
                }
                row.usage = usage
            }
        }
        guard fields.next() == nil else {
            throw error("a row of \(columns.count) columns is expected, there are more")
        }
        return row
    }

    /// Numbers of 0 to 255 with spaces between them. By hand: there are 75 million of them.
    private func parse(_ field: UnsafeBufferPointer<UInt8>) throws(DataError) {
        var (count, value, digits) = (0, 0, 0)
        for position in 0...field.count {
            let byte = position < field.count ? field[position] : 0x20
            if byte &- 0x30 < 10 {
                value = value &* 10 &+ Int(byte &- 0x30)
                digits &+= 1
                if digits > 3 { throw error("a pixel must be 0 to 255") }
            } else if byte == 0x20 {
                guard digits > 0 else { continue }
                guard value < 256 else { throw error("a pixel must be 0 to 255, not \(value)") }
                if count < pixels.count { pixels[count] = UInt8(truncatingIfNeeded: value) }
                (count, value, digits) = (count &+ 1, 0, 0)
            } else {
                throw error("the pixels must be numbers, not \"\(Character(UnicodeScalar(byte)))\"")
            }
        }
        guard count == pixels.count else { throw error("\(pixels.count) pixels are expected, there are \(count)") }
    }

    private func error(_ reason: String) -> DataError { DataError("\(lines.path):\(lines.number): \(reason)") }
}

/// The part of FER2013 that a row belongs to.
public enum Usage: String, CaseIterable, Sendable {
    case training = "Training"
    case publicTest = "PublicTest"
    case privateTest = "PrivateTest"
}

extension MienVision.Expression {
    /// FER2013's number, or nil for disgust, which is none of the six.
    init?(fer2013 number: Int) {
        let order: [Self?] = [.angry, nil, .fear, .happy, .sad, .surprise, .neutral]
        guard order.indices.contains(number), let expression = order[number] else { return nil }
        self = expression
    }
}

/// The fields of a CSV line, without the quotes around them (RFC 4180, section 2). Quotes within, which are written twice,
/// stay so: no field that is read here has any.
struct Fields {
    private var rest: UnsafeBufferPointer<UInt8>?

    init(_ line: UnsafeBufferPointer<UInt8>) { rest = line }

    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard let line = rest else { return nil }
        let quote: UInt8 = 0x22
        let isQuoted = line.first == quote
        var end = line.startIndex
        if isQuoted {
            // To the first quote that has no other behind it; where there is none, to the end.
            end += 1
            while end < line.count, line[end] != quote || end + 1 < line.count && line[end + 1] == quote {
                end += line[end] == quote ? 2 : 1
            }
        }
        let comma = line[end...].firstIndex(of: 0x2C)
        rest = comma.map { UnsafeBufferPointer(rebasing: line[($0 + 1)...]) }
        return UnsafeBufferPointer(rebasing: isQuoted ? line[1..<end] : line[..<(comma ?? line.endIndex)])
    }

    /// The names of a header's columns, in lower case.
    static func names(_ line: UnsafeBufferPointer<UInt8>) -> [String] {
        var (fields, names) = (Fields(line), [String]())
        while let field = fields.next() { names.append(String(decoding: field, as: UTF8.self).trimmed.lowercased()) }
        return names
    }

    /// A whole number that is not negative, or nil.
    static func number(_ field: UnsafeBufferPointer<UInt8>) -> Int? {
        Int(String(decoding: field, as: UTF8.self).trimmed).flatMap { $0 < 0 ? nil : $0 }
    }
}

extension StringProtocol {
    /// Without spaces around it.
    var trimmed: SubSequence {
        let start = firstIndex { $0 != " " } ?? endIndex
        let end = self[start...].lastIndex { $0 != " " }.map { index(after: $0) } ?? start
        return self[start..<end]
    }
}
