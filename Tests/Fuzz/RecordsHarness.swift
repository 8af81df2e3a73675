@testable import MienOutput

extension Harness {
    /// What a dump that was cut short has written of its pictures, and what the next one reads again.
    static let records = Harness(
        name: "records",
        seeds: {
            ["S8 talk.mp4M4 mienJ2 {}C3 a,bI2 {}A2 {}", "S0 J12 {\"a\":", "S99999999999999999999 x", "J-1 x", "S4"]
                .map { Array($0.utf8) }
        },
        run: { bytes in
            file.write(bytes)
            var length = 0
            do {
                try DumpRecords.read(file.path) { _, content in length += content.count }
            } catch {
                fatalError("a file that is there is not read: \(error)")
            }
            if length > bytes.count { fatalError("more is read than there is") }
            _ = DumpRecords.source(of: file.path)
        })
}

private let file = ScratchFile("records")
