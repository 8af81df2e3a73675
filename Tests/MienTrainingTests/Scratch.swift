import Glibc
import MienNN
import MienTraining
import MienVision

/// A folder for one test's files, gone when the test is.
final class Scratch {
    let path: String

    init() {
        var name = Array("/tmp/mien-training-XXXXXX".utf8CString)
        path = mkdtemp(&name).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }

    private var files: [String] = []

    /// The path of a file in the folder.
    func file(_ name: String) -> String {
        files += ["\(path)/\(name)", "\(path)/\(name).part"]
        return "\(path)/\(name)"
    }

    func file(_ name: String, _ text: String) throws -> String {
        let path = file(name)
        try File.replace(path, with: Array(text.utf8))
        return path
    }
}

/// Rows of FER2013 with pictures that are easy to tell apart.
enum Rows {
    static let header = "emotion,pixels,Usage\n"

    /// The pixels of a row: `first`, and after it the same grey.
    static func pixels(_ first: Int, grey: Int = 100) -> String {
        ([first] + [Int](repeating: grey, count: 48 * 48 - 1)).map(String.init).joined(separator: " ")
    }

    static func row(_ emotion: Int, _ first: Int, _ usage: String = "Training") -> String {
        "\(emotion),\(pixels(first)),\(usage)\n"
    }
}

extension PictureSet {
    /// Pictures that a small network can learn to tell apart: a bright bar at a place of its own for each class, and
    /// noise.
    static func bars(each count: Int) -> PictureSet {
        var set = PictureSet()
        var chance = SplitMix64(4)
        for _ in 0..<count {
            for expression in MienVision.Expression.allCases {
                let top = expression.rawValue * 8
                set.append(
                    (0..<48 * 48).map { index in
                        UInt8((top..<top + 8).contains(index / 48) ? 200 : 60) + UInt8(chance.integer(in: 0...50))
                    }, label: expression)
            }
        }
        return set
    }
}
