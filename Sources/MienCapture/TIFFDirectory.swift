/// The directories of a TIFF file, or of what is laid out like one (TIFF 6.0, section 2).
struct TIFFDirectory {
    /// What its entries say, by their tags: the first number of each whose numbers are whole.
    private(set) var values: [Int: Int] = [:]
    /// How many pages follow: further directories, without thumbnails and masks.
    private(set) var laterPages = 0

    /// Of an index of JPEGs, how many of them show the same from other sides: no previews, no further layers. (CIPA DC-007)
    private(set) var views = 0

    static let orientation = 274
    private static let (pictureCount, pictures) = (0xB001, 0xB002)
    private static let subfile = 254

    /// Nil where `bytes` are none.
    init?(_ bytes: some RandomAccessCollection<UInt8>) {
        let bytes = Reader(bytes: Array(bytes))
        guard let reader = bytes, let first = reader.offset(at: 4), let read = reader.directory(at: first) else {
            return nil
        }
        values = read.values
        if let count = values[Self.pictureCount], let place = values[Self.pictures] {
            let kinds = (0..<min(count, Self.mostPages)).compactMap { reader.number(at: place + 16 * $0, bytes: 4) }
            views = kinds.count { $0 >> 16 & 0xFF == 2 }
        }
        var next = read.next
        // Directories may name each other in circles.
        var rest = Self.mostPages
        while let place = next, rest > 0, let page = reader.directory(at: place) {
            // A smaller copy (bit 0), or which pixels count (bit 2).
            if (page.values[Self.subfile] ?? 0) & 0b101 == 0 { laterPages += 1 }
            (next, rest) = (page.next, rest - 1)
        }
    }

    private static let mostPages = 10_000

    private struct Reader {
        let bytes: [UInt8]
        let isBig: Bool

        init?(bytes: [UInt8]) {
            switch bytes.prefix(4) {
            case [0x49, 0x49, 42, 0]: isBig = false
            case [0x4D, 0x4D, 0, 42]: isBig = true
            default: return nil
            }
            self.bytes = bytes
        }

        func number(at place: Int, bytes count: Int) -> Int? {
            guard place >= 0, place + count <= bytes.count else { return nil }
            let part = bytes[place..<place + count]
            return isBig ? bigEndian(part) : part.reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        /// Nil for 0, which stands for none.
        func offset(at place: Int) -> Int? { number(at: place, bytes: 4).flatMap { $0 == 0 ? nil : $0 } }

        func directory(at place: Int) -> (values: [Int: Int], next: Int?)? {
            guard let count = number(at: place, bytes: 2), count > 0 else { return nil }
            var values: [Int: Int] = [:]
            for index in 0..<count {
                let entry = place + 2 + 12 * index
                guard let tag = number(at: entry, bytes: 2), let type = number(at: entry + 2, bytes: 2) else {
                    return nil
                }
                // SHORT, LONG, and where there are bytes of no type; of more than fit here nothing is asked for.
                if [3, 4, 7].contains(type) { values[tag] = number(at: entry + 8, bytes: type == 3 ? 2 : 4) }
            }
            return (values, offset(at: place + 2 + 12 * count))
        }
    }
}
