/// Goes through a JPEG marker by marker (ITU-T T.81, annex B), to find where it ends.
struct JPEGWalk {
    /// Its index of further pictures (CIPA DC-007: MPF), where it has one; known after `end`.
    private(set) var index: TIFFDirectory?

    private let input: InputBytes
    private var window: [UInt8] = []
    private var start = 0

    init(_ input: InputBytes) { self.input = input }

    /// The offset behind its end marker; nil where it has none.
    mutating func end() throws(CaptureError) -> Int? {
        var position = 2
        while let found = try nextMarker(from: position) {
            position = found + 2
            let marker = window[found + 1 - start]
            switch marker {
            case 0xD9: return position
            // Without a length: stuffed bytes, restarts, another beginning, and what only arithmetic coding has.
            case 0x00, 0x01, 0xD0...0xD8: continue
            default:
                let head = try input.bytes(at: position, count: 2)
                guard head.count == 2 else { return nil }
                let length = bigEndian(head[...])
                if marker == 0xE2, index == nil {
                    let segment = try input.bytes(at: position + 2, count: max(length, 2) - 2)
                    if segment.starts(with: Array("MPF\0".utf8)) { index = TIFFDirectory(segment.dropFirst(4)) }
                }
                position += max(length, 2)
            }
        }
        return nil
    }

    /// Where the next 0xFF stands that another byte than 0xFF follows, which `window` then holds, too.
    private mutating func nextMarker(from position: Int) throws(CaptureError) -> Int? {
        var position = position
        while true {
            if position < start || position + 1 >= start + window.count {
                window = try input.bytes(at: position, count: 1 << 16)
                start = position
                guard window.count >= 2 else { return nil }
            }
            let found = window.withUnsafeBufferPointer { bytes -> Int? in
                var at = position - start
                while at + 1 < bytes.count {
                    if bytes[at] == 0xFF, bytes[at + 1] != 0xFF { return at }
                    at += 1
                }
                return nil
            }
            if let found { return start + found }
            position = start + window.count - 1
        }
    }
}
