@testable import MienTraining

extension Harness {
    static let fer2013 = Harness(
        name: "fer2013",
        seeds: {
            let pixels = (0..<48 * 48).map { "\($0 % 256)" }.joined(separator: " ")
            return [
                "emotion,pixels,Usage\n3,\(pixels),Training\r\n0,\(pixels),PublicTest\n", "Usage,pixels,emotion\n,,\n",
                "\u{FEFF}\"\",\"emotion\",\"pixels\",\"Usage\"\r\n\"1, \"\"a\"\"\",\"3\",\"\(pixels)\",\"Training\"\r\n",
            ]
            .map { Array($0.utf8) }
        },
        run: { bytes in
            csv.write(bytes)
            guard var reader = try? FER2013Reader(csv.path) else { return }
            while let row = try? reader.next() { _ = row.pixels.reduce(0) { $0 ^ $1 } }
        })

    static let votes = Harness(
        name: "votes",
        seeds: {
            let header = "Usage,Image name," + Votes.columns.joined(separator: ",") + "\n"
            return [
                header + "Training,a.png,4,0,0,1,3,2,0,0,0,0\n", header + "PublicTest,,0,0,0,0,0,0,0,0,0,10\n",
                "\"\"," + header + "\"1\",\"Training\",\"\"\"\",4,0,0,1,3,2,0,0,0,0\n",
            ]
            .map { Array($0.utf8) }
        },
        run: { bytes in
            csv.write(bytes)
            for row in (try? Votes.read(csv.path)) ?? [] {
                _ = (row.votes.majority, row.votes.isDisputed, row.votes.shares)
            }
        })

    static let checkpoint = Harness(
        name: "checkpoint",
        seeds: {
            var sound = Checkpoint()
            (sound.run, sound.epoch, sound.bestEpoch) = ("epochs: 3\n", 1, 1)
            sound.history = [EpochScore([1, 2, 3, 4])]
            (sound.best, sound.parameters, sound.optimiserState) = ([1, 2], [3, 4], [[5, 6], [7, 8]])
            return [Checkpoint().bytes, sound.bytes]
        },
        run: { bytes in
            guard let found = Checkpoint(bytes) else { return }
            // What was taken for a checkpoint is one when it is written.
            if Checkpoint(found.bytes) == nil { fatalError("what was read is not written") }
        })

    static let xz = Harness(
        name: "xz", seeds: { [Seeds.xz, Seeds.xz + Seeds.xz] },
        run: { bytes in
            packed.write(bytes)
            guard var lines = try? LineReader(packed.path) else { return }
            while (try? lines.next()) != nil {}
        })
}

private let csv = ScratchFile("rows.csv")
private let packed = ScratchFile("rows.csv.xz")

extension Seeds {
    /// An .xz file of three bytes, "a,\n", in a block that isn't compressed. (The .xz File Format, 1.1.0)
    static var xz: [UInt8] {
        func checked(_ bytes: [UInt8]) -> [UInt8] { bytes + big(crc(bytes)).reversed() }
        let flags = checked([0, 1])
        let data = Array("a,\n".utf8)
        let block =
            checked([2, 0, 0x21, 1, 0, 0, 0, 0]) + [1, 0, 2] + data + [0, 0, 0]
            + big(crc(data)).reversed()
        let unpadded = UInt8(12 + 7 + 4)
        let index = checked([0, 1, unpadded, 3])
        let footer: [UInt8] = [1, 0, 0, 0, 0, 1]
        return [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + flags + block + index + big(crc(footer)).reversed() + footer
            + Array("YZ".utf8)
    }
}
