@testable import MienCommand
@testable import MienOutput

extension Harness {
    /// What a dump that was cut short has written of its pictures, and what lies beside an input's results: what the next
    /// run reads again.
    static let records = Harness(
        name: "records",
        seeds: {
            ["S8 talk.mp4M4 mienJ2 {}C3 a,bI2 {}A2 {}", "S0 J12 {\"a\":", "S99999999999999999999 x", "J-1 x", "S4"]
                .map { Array($0.utf8) }
                + [
                    Array(
                        """
                        {"mien":"0.1.0","network":"mien 1f","finder":"2 3","options":"","input":{"name":"a\\u0001","bytes":9,\
                        "modified":1.000000000},"outputs":[{"kind":"csv","file":"a.csv","bytes":1,"options":""}],"failure":null}
                        """.utf8)
                ]
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
            // What is read is what would be written, or nothing.
            if let record = ResultRecord(at: file.path), ResultRecord(Array(record.json.line.utf8)) != record {
                fatalError("a record changes when it is written again")
            }
        })
}

private let file = ScratchFile("records")
