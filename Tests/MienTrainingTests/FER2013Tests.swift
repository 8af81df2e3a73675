import Glibc
import MienNN
import MienTraining
import MienVision
import Testing

@Suite("FER2013") struct FER2013Tests {
    private let scratch = Scratch()

    @Test("rows become pictures with FER2013's labels, and disgust is left out") func labels() throws {
        let path = try scratch.file("a.csv", Rows.header + (0...6).map { Rows.row($0, $0 + 10) }.joined())
        let set = try PictureSet(fer2013: path, usage: .training)
        #expect(set.labels == [.angry, .fear, .happy, .sad, .surprise, .neutral])
        #expect((0..<set.count).map { index in set.withPicture(index) { $0[0] } } == [10, 12, 13, 14, 15, 16])
        #expect(set.withPicture(5) { Array($0[1...]) } == [UInt8](repeating: 100, count: 48 * 48 - 1))
        #expect(set.targets[2] == Probabilities([0, 0, 1, 0, 0, 0]))
    }

    @Test("only rows of the usage that is asked for are kept") func usage() throws {
        let path = try scratch.file(
            "a.csv", Rows.header + Rows.row(3, 1) + Rows.row(3, 2, "PublicTest") + Rows.row(3, 3, "PrivateTest"))
        for (usage, first) in [(Usage.training, UInt8(1)), (.publicTest, 2), (.privateTest, 3)] {
            let set = try PictureSet(fer2013: path, usage: usage)
            #expect(set.count == 1)
            #expect(set.withPicture(0) { $0[0] } == first)
        }
    }

    @Test("other line ends, column orders, quotes, names of rows and a missing last line end make no difference")
    func editions() throws {
        let plain = try scratch.file("a.csv", Rows.header + Rows.row(3, 1))
        let other = try scratch.file("b.csv", "emotion, Usage, pixels\r\n3,Training,\(Rows.pixels(1))")
        let marked = try scratch.file("c.csv", "\u{FEFF}" + Rows.header + Rows.row(3, 1))
        // As R's write.csv and pandas' to_csv have it, with names of rows.
        let quoted = try scratch.file(
            "d.csv",
            "\u{FEFF}\"\",\"emotion\",\"pixels\",\"Usage\"\r\n\"1, \"\"a\"\"\",3,\"\(Rows.pixels(1))\",\"Training\"\r\n"
        )
        let numbered = try scratch.file("e.csv", ",emotion,pixels,Usage\n0,3,\(Rows.pixels(1)),Training\n")
        for edition in [other, marked, quoted, numbered] {
            #expect(
                try PictureSet(fer2013: plain, usage: .training).pixels
                    == PictureSet(fer2013: edition, usage: .training).pixels)
        }
    }

    @Test(
        "a row that is wrong is refused with file, line and reason",
        arguments: [
            ("3,1 2 3,Training", "2304 pixels are expected, there are 3"),
            ("3,\(Rows.pixels(1)) 7,Training", "2304 pixels are expected, there are 2305"),
            ("3,\(Rows.pixels(256)),Training", "a pixel must be 0 to 255, not 256"),
            ("3,\(Rows.pixels(70000)),Training", "a pixel must be 0 to 255"),
            ("3,x\(Rows.pixels(1)),Training", "the pixels must be numbers, not \"x\""),
            ("3,-\(Rows.pixels(1)),Training", "the pixels must be numbers, not \"-\""),
            ("7,\(Rows.pixels(1)),Training", "emotion must be 0 to 6"),
            (",\(Rows.pixels(1)),Training", "emotion must be 0 to 6"),
            ("3,\(Rows.pixels(1)),Test", "Usage must be Training, PublicTest or PrivateTest, not \"Test\""),
            ("3,\(Rows.pixels(1))", "a row of 3 columns is expected"),
            ("3,\"\(Rows.pixels(1)),Training", "the pixels must be numbers, not \",\""),
            ("3,\(Rows.pixels(1)),Training,4", "a row of 3 columns is expected, there are more"),
        ])
    func wrongRow(_ row: String, _ reason: String) throws {
        let path = try scratch.file("a.csv", Rows.header + Rows.row(3, 1) + row + "\n")
        let error = #expect(throws: DataError.self) { try PictureSet(fer2013: path, usage: .training) }
        #expect(error?.description == "\(path):3: \(reason)")
    }

    @Test("a file that is missing, of another kind or without a fitting row is refused") func wrongFile() throws {
        let missing = #expect(throws: DataError.self) { try PictureSet(fer2013: "/nowhere.csv", usage: .training) }
        #expect(missing?.description == "cannot open /nowhere.csv: No such file or directory")
        let text = try scratch.file("a.csv", "some words\n")
        let twice = try scratch.file("f.csv", "emotion,emotion,pixels,Usage\n3,3,\(Rows.pixels(1)),Training\n")
        #expect(throws: DataError.self) { try PictureSet(fer2013: twice, usage: .training) }
        let kind = #expect(throws: DataError.self) { try PictureSet(fer2013: text, usage: .training) }
        #expect(kind?.description == "\(text):1: the columns are not those of FER2013; expected emotion,pixels,Usage")
        let empty = try scratch.file("b.csv", Rows.header + Rows.row(1, 1))
        #expect(throws: DataError.self) { try PictureSet(fer2013: empty, usage: .training) }
        let long = try scratch.file("c.csv", Rows.header + String(repeating: "1 ", count: 1 << 20))
        #expect(throws: DataError.self) { try PictureSet(fer2013: long, usage: .training) }
        let cut = try scratch.file("d.csv.xz", "\u{FD}7zXZ no more")
        #expect(throws: DataError.self) { try PictureSet(fer2013: cut, usage: .training) }
    }

    @Test("pictures that another part has too are left out if asked for") func copies() throws {
        let path = try scratch.file(
            "a.csv", Rows.header + Rows.row(3, 1) + Rows.row(3, 2) + Rows.row(4, 2, "PublicTest"))
        #expect(try PictureSet(fer2013: path, usage: .training).count == 2)
        let set = try PictureSet(fer2013: path, usage: .training, leavingOutCopies: true)
        #expect(set.count == 1)
        #expect(set.withPicture(0) { $0[0] } == 1)
    }

    @Test("a row of a gigabyte is refused when a megabyte of it has been read") func endlessRow() throws {
        let path = try scratch.file("long.csv", Rows.header)
        // Zeros, of which the disk keeps none.
        #expect(truncate(path, 1 << 30) == 0)
        let error = #expect(throws: DataError.self) { try PictureSet(fer2013: path, usage: .training) }
        #expect(error?.description == "\(path):2: a line of more than 1048576 bytes; this is no CSV of pictures")
    }

}
