/// Pictures of nothing, byte by byte.
enum Seeds {
    /// A baseline JPEG of one grey: ITU-T T.81, annex B, with the smallest tables that do.
    static func jpeg(width: UInt8, height: UInt8) -> [UInt8] {
        let quantisation: [UInt8] = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 0, height, 0, width, 1, 1, 0x11, 0]
        // One code of one bit in each table: no difference from the block before, and the end of a block.
        func table(_ kind: UInt8) -> [UInt8] { [0xFF, 0xC4, 0, 20, kind, 1] + [UInt8](repeating: 0, count: 15) + [0] }
        let blocks = (Int(width) + 7) / 8 * ((Int(height) + 7) / 8)
        // Two bits a block, all 0.
        let data = [UInt8](repeating: 0, count: (blocks + 3) / 4)
        return [0xFF, 0xD8] + quantisation + frame + table(0) + table(0x10) + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
            + data + [0xFF, 0xD9]
    }

    /// EXIF as a JPEG carries it, big-endian, with one entry.
    static func exif(orientation: UInt8) -> [UInt8] {
        Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
    }

    static func turnedJPEG(orientation: UInt8) -> [UInt8] {
        let plain = jpeg(width: 24, height: 8)
        let marker = exif(orientation: orientation)
        return plain[..<2] + [0xFF, 0xE1, 0, UInt8(marker.count + 2)] + marker + plain[2...]
    }

    /// PNGs of each kind of pixel, plain and interlaced, their data not compressed.
    static var pngs: [[UInt8]] {
        [(8, 0, 1), (8, 2, 3), (8, 4, 2), (16, 6, 8)].flatMap { depth, colour, bytes in
            [0, 1].map { png(depth: UInt8(depth), colour: UInt8(colour), bytes: bytes, interlace: UInt8($0)) }
        } + [png(depth: 1, colour: 3, bytes: 1, interlace: 0)]
    }

    private static func png(depth: UInt8, colour: UInt8, bytes: Int, interlace: UInt8) -> [UInt8] {
        // 4x4; interlaced: more rows than are there, which the data of each pass begin with 0.
        let rows = interlace == 0 ? 4 : 11
        let data = [UInt8](repeating: 0, count: rows * (4 * bytes + 1))
        let size = UInt16(data.count)
        let stored: [UInt8] =
            [0x78, 1, 1, UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)] + data
            + big(adler(data))
        let header: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 4, depth, colour, 0, 0, interlace]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + (colour == 3 ? chunk("PLTE", [9, 9, 9, 200, 200, 200]) : []) + chunk("IDAT", stored) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let named = Array(name.utf8) + data
        return big(UInt32(data.count)) + named + big(crc(named))
    }

    static func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    private static func adler(_ data: [UInt8]) -> UInt32 {
        let (a, b) = data.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let a = (sums.0 + UInt32(byte)) % 65521
            return (a, (sums.1 + a) % 65521)
        }
        return b << 16 | a
    }

    static func crc(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    /// Of one pattern, turned and mirrored in AVIF, turned in HEIC.
    static var heifs: [[UInt8]] { [avif, heic].map(base64) }

    private static let avif = """
        AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA\
        AAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEgAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAfGlwcnAA\
        AABbaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAgAAAAEAAAAA5waXhpAAAAAAEIAAAACWlyb3QCAA\
        AACWltaXIBAAAAGWlwbWEAAAAAAAAAAQABBoGCA4SFhgAAADRtZGF0EgAKBRgQ/+wqMiEQwAABAA6w7FCpqqX89GMAAwsxcWJViGwuNLngyZWi\
        FEg=
        """
    private static let heic = """
        AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAbBtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA\
        AAAAACAAAAEGlkYXQAAAAAACAAEAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHUAAEAAAAAAAAA/gACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlp\
        bmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADbaXBycAAAALhpcGNvAAAAcWh2Y0MBBAgAAAAAAA\
        AAAAAe8AD8/Pj4AAAPAyAAAQAXQAEMAf//BAgAAAMAn/gAAAMAAB66AkAhAAEAJkIBAQQIAAADAJ/4AAADAAAewIIEFluqumubAgAAAwACAAAD\
        AAIQIgABAAZEAcFzwYkAAAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAACAAAAAQAAAADnBpeGkAAAAAAQgAAAAJaXJvdAEAAAAbaX\
        BtYQAAAAAAAAACAAECgQIAAgMDhIUAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAQZtZGF0AAAA+igBrg1kPoLOoLvq3H9lAuoTrJ8sz9j5\
        jTe+sE5vBF4Z5uFExpPaVix7zeWjXecwJ8EPl7qaZFEXWXIfg+TbYPvyoffxwIjEzp/MO1Mo2RLHDxZAgtM/PjqCKaBnbZg/ONiv6OlS3W7lal\
        ia8iOf+UrH/YpXL3P+zX0T/n/hbAR7+kE7W/Gcx99As/n93QpiEaQMOT8G2LE52wTJMqeiiVclymFWoo6Hpl5WmQymXBM531fscuofCv321nne\
        6vDXbyKl/lDVm7L/eQsOKR39wTJ3L6MwmKqZ7+GFN72lvyV6XtuA7o/ZW7yVb6m/bds0LTRUQbbaxFtlbnA=
        """

    /// RFC 4648, 4; without Foundation.
    private static func base64(_ text: String) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var (bits, count, bytes) = (0, 0, [UInt8]())
        for digit in text.utf8.compactMap({ digits.firstIndex(of: $0) }) {
            (bits, count) = (bits << 6 & 0xFFFF | digit, count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }
}
