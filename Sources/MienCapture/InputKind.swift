/// What an input is, by what it holds; its name doesn't matter.
enum InputKind: Equatable {
    /// One picture, as a file of it.
    case photo(PhotoSource.Kind)
    /// JPEGs one after the other, bare or as a web camera sends them, with a few lines before each.
    case motionJPEG
    /// Whatever FFmpeg makes of it.
    case recording

    init(of input: InputBytes) throws(CaptureError) {
        let start = try input.bytes(at: 0, count: 12)
        switch PhotoSource.Kind(start) {
        case .jpeg: self = try Self.isFollowed(jpeg: input) ? .motionJPEG : .photo(.jpeg)
        case .png: self = try Self.isAnimated(png: input) ? .recording : .photo(.png)
        case .heif: self = .photo(.heif)
        case nil: self = try Self.isMultipart(input) ? .motionJPEG : .recording
        }
    }

    /// A picture's bytes are often filled up to whole blocks.
    private static let mostFilling = 1 << 16

    /// Whether another picture stands behind the first. Those that the first one's own index names (CIPA DC-007: previews,
    /// other views) are parts of it.
    private static func isFollowed(jpeg input: InputBytes) throws(CaptureError) -> Bool {
        var walk = JPEGWalk(input)
        guard let end = try walk.end(), walk.index == nil else { return false }
        let rest = try input.bytes(at: end, count: mostFilling)
        return rest.drop { [0, 0x0A, 0x0D, 0x20].contains($0) }.starts(with: PhotoSource.Kind.jpeg.signature)
    }

    /// Whether several pictures are announced (APNG: acTL comes before the first pixels), or another PNG follows.
    private static func isAnimated(png input: InputBytes) throws(CaptureError) -> Bool {
        var position = PhotoSource.Kind.png.signature.count
        while true {
            let head = try input.bytes(at: position, count: 12)
            guard head.count == 12 else { return false }
            let type = String(decoding: head[4..<8], as: UTF8.self)
            if type == "acTL" { return bigEndian(head[8..<12]) > 1 }
            position += 12 + bigEndian(head[0..<4])
            if type == "IEND" { break }
        }
        return try input.bytes(at: position, count: 8).elementsEqual(PhotoSource.Kind.png.signature)
    }

    /// Whether it is what a web server sends for `multipart/x-mixed-replace` (RFC 2046, 5.1): a boundary, and lines that say
    /// that a JPEG follows; perhaps with the answer's own lines before.
    private static func isMultipart(_ input: InputBytes) throws(CaptureError) -> Bool {
        let start = try input.bytes(at: 0, count: 1 << 11)
        guard
            start.starts(with: Array("--".utf8)) || start.starts(with: [0x0D, 0x0A])
                || start.starts(with: Array("HTTP/".utf8))
        else { return false }
        let lines = start.split { $0 == 0x0A || $0 == 0x0D }.prefix { $0.allSatisfy { $0 < 0x7F } }
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
        return lines.contains { $0.hasPrefix("--") }
            && lines.contains { $0.hasPrefix("content-type:") && $0.contains("image/jp") }
    }
}

func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
