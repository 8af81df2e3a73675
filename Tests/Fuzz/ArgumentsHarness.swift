import Glibc
import MienSystem

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
                "dump a --to b --force --resume", "train-aligner --data x --threads 65 --out caf\u{10F7E9}",
            ].map { Array($0.utf8.map { $0 == 0x20 ? 0x0A : $0 }) }
        },
        run: { bytes in
            let words = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            do {
                _ = try MienTool.parseAsRoot(words.map { String(fileName: $0) })
            } catch { _ = MienTool.fullMessage(for: error) }
        })

    /// The name of a file: it must come out as it went in.
    static let names = Harness(
        name: "names",
        seeds: { [Array("a\u{301}\u{10F7E9}b".utf8), [0x61, 0xE9, 0xF4, 0x8F, 0x9F, 0xA9, 0xED, 0xA0, 0x80]] },
        run: { bytes in
            let name = bytes.prefix { $0 != 0 }
            let same = String(fileName: name).withFileName {
                strlen($0) == name.count && memcmp($0, Array(name), name.count) == 0
            }
            if !same { fatalError("another name") }
        })

    /// The start of a file that may be one of mien's.
    static let forms = Harness(
        name: "forms",
        seeds: {
            [
                "{\"mien\":\"0.1.0\",\"model\":\"mien\",\"classes\":[]}\n",
                "WEBVTT\n\n00:00.000 --> 00:01.000\nface 1: sad\n",
                "1\n00:00:00,000 --> 00:00:01,000\nface 1: happy\n", "<meta name=\"generator\" content=\"mien 0.1.0\">",
                "{\"images\":[],\n", "{\"model\":\"a\",\"expected_calibration_error\":1}", "\u{8}\u{8}\u{12}\u{4}mien",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            let start = FileStart(bytes: bytes)
            for form in FileForm.ofText { _ = form.isOwn(start, "") }
        })
}
