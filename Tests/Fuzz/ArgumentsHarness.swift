@testable import MienCommand

extension Harness {
    /// A command line, its words on a line each: parsed and checked, not run.
    static let arguments = Harness(
        name: "arguments",
        seeds: {
            [
                "video a.mp4 --jsonl - --csv x --threads 2 --min-face 9", "live --device - --size 64x48 --format grey",
                "live --control brightness=3 --fps 29.97 --format mjpeg", "demo --frames 3 --seconds 0.5 -v",
                "image a b c --scale-factor 1.2 --neighbours 3 --model-classes a,b --model-input 1x48x48 -q",
                "train --data x --epochs 3 --resume", "evaluate --data x --usage PublicTest --json", "help video",
                "bench --help", "devices --test - --seconds 1e3 --json", "--version",
            ].map { Array($0.utf8.map { $0 == 0x20 ? 0x0A : $0 }) }
        },
        run: { bytes in
            let words = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            do {
                _ = try MienTool.parseAsRoot(words.map { String(decoding: $0, as: UTF8.self) })
            } catch { _ = MienTool.fullMessage(for: error) }
        })
}
