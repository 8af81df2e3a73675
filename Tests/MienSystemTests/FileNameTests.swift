import Glibc
import MienSystem
import Testing

@Suite("Names of files") struct FileNameTests {
    private func bytes(_ name: String) -> [UInt8] {
        name.withFileName { UnsafeRawBufferPointer(start: $0, count: strlen($0)).map(\.self) }
    }

    @Test(
        "Whatever bytes a name is of, its String gives them back, and is UTF-8",
        arguments: [
            [0x61], [0x61, 0xE9, 0x62], Array("é\u{1F600}".utf8), [0xE2, 0x82], [0xF4, 0x8F], [0xED, 0xA0, 0x80, 0x61],
            [0xFF, 0xFE, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80],
            // A name that has the very characters which stand for bytes.
            Array("\u{10F7E9}\u{10F77F}\u{10F800}".utf8), [0xF4, 0x8F, 0x9F, 0xA9, 0xE9],
        ] as [[UInt8]])
    func roundTrip(name: [UInt8]) {
        #expect(bytes(String(fileName: name)) == name)
    }

    @Test("Text stays what it is, and a byte that is none becomes a character that tells which it was")
    func characters() {
        #expect(String(fileName: Array("é".utf8)) == "é")
        #expect(String(fileName: [0x61, 0xE9]) == "a\u{10F7E9}")
        #expect(String(fileName: [0xE9]).unicodeScalars.first?.foreignByte == 0xE9)
        #expect(("é" as Unicode.Scalar).foreignByte == nil)
    }

    @Test("No two names are the same String")
    func distinct() {
        let names: [[UInt8]] = [[0xE9], [0xE8], Array("\u{10F7E9}".utf8), Array("\u{FFFD}".utf8)]
        #expect(Set(names.map { String(fileName: $0) }).count == names.count)
    }

    @Test("The system's calls find files under such names, and list them in the order of their bytes")
    func calls() throws {
        var template = Array("/tmp/mien-names-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(fileName: $0) })
        let names = ["a", "b\u{10F7FF}", "c"]
        for name in names.reversed() { close(open("\(folder)/\(name)", O_WRONLY | O_CREAT, 0o600)) }
        #expect(fileNames(in: folder) == names)
        #expect(paths(fitting: "\(folder)/b*") == ["\(folder)/b\u{10F7FF}"])
        var status = stat()
        #expect(stat("\(folder)/b\u{10F7FF}", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(
            rename("\(folder)/b\u{10F7FF}", "\(folder)/\u{10F780}") == 0 && access("\(folder)/\u{10F780}", F_OK) == 0)
        let part = createPart(of: "\(folder)/a", mode: 0o600)
        close(part.descriptor)
        #expect(part.path == "\(folder)/a.part" && realPath(part.path) == part.path)
        for name in fileNames(in: folder) ?? [] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
}
