import Foundation
import Testing

/// `mien train` and `mien evaluate`, on pictures of stripes in place of faces.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct TrainingTests {
    private let folder: Folder
    private let data: String
    private let votes: String
    private let architecture: String

    init() throws {
        folder = try Folder()
        (data, votes) = (folder.path("fer2013.csv"), folder.path("fer2013new.csv"))
        architecture = try folder.write(
            "small.txt",
            """
            input 1 48x48
            conv 8 5x5 stride 3 nobias
            bn
            relu
            avgpool 5x5 stride 5
            dense 6
            softmax
            """.utf8)
        try writeData()
    }

    /// Each class has stripes of its own: upright or not, broad or narrow; rows of both parts in turns.
    private func writeData() throws {
        // FER2013's numbers, FER+'s columns.
        let classes = [(0, 4), (2, 6), (3, 1), (6, 0), (4, 3), (5, 2)]
        var generator = SystemRandomNumberGenerator()
        var rows = "emotion,pixels,Usage\n"
        var counts =
            "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
        for index in 0..<240 {
            let kind = index % 6
            let usage = index / 6 % 4 == 3 ? "PublicTest" : "Training"
            let pixels = (0..<48 * 48).map { place in
                let along = kind < 3 ? place % 48 : place / 48
                let stripe = along / [2, 4, 8][kind % 3] % 2 * 120
                return String(stripe + 60 + Int.random(in: 0..<40, using: &generator))
            }
            rows += "\(classes[kind].0),\(pixels.joined(separator: " ")),\(usage)\n"
            var given = Array(repeating: "0", count: 10)
            given[classes[kind].1] = "10"
            counts += "\(usage),fer\(index).png,\(given.joined(separator: ","))\n"
        }
        _ = try folder.write("fer2013.csv", rows.utf8)
        _ = try folder.write("fer2013new.csv", counts.utf8)
    }

    private func train(_ name: String, _ more: String...) throws -> Program.Outcome {
        try Program.run(
            [
                "train", "--data", data, "--votes", votes, "--architecture", architecture, "--batch", "16",
                "--validation", "0.2", "--learning-rate", "0.01", "--no-flip", "--out", folder.path(name),
            ] + more)
    }

    private func evaluate(_ name: String, _ more: String...) throws -> Program.Outcome {
        try Program.run(["evaluate", "--data", data, "--votes", votes, "--model", folder.path(name)] + more)
    }

    private struct Scores: Decodable {
        var model: String
        var count: Int
        var accuracy: Double
        var changedByShiftedBox: [String: Double]?
    }

    private func scores(_ outcome: Program.Outcome) throws -> Scores {
        #expect(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Scores.self, from: Data(outcome.output.utf8))
    }

    @Test("What is trained is found again in pictures that were not learnt from, by name and by score")
    func learns() throws {
        let outcome = try train(
            "a.onnx", "--epochs", "12", "--name", "stripes", "--label-smoothing", "0.05", "--clip-gradient", "5",
            "--averaging", "0.8", "--mixup", "0.1", "--balance", "0.2", "--erasing", "0.1", "--sharpness", "0.02")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("stripes, pictures kept back"))
        let scores = try scores(evaluate("a.onnx", "--json"))
        #expect(scores.model == "stripes")
        #expect(scores.count == 60)
        #expect(scores.accuracy > 0.9)
    }

    @Test("A training that is interrupted goes on, and gives what one without a break gives")
    func resumes() throws {
        let outcome = try Program.shell(
            """
            "$MIEN" train --data "$1" --votes "$2" --architecture "$3" --batch 16 --validation 0.2 \
                --learning-rate 0.01 --no-flip --out "$4" --epochs 100000 --schedule trapezoid &
            while ! [ -s "$4.checkpoint" ]; do sleep 0.01; done
            kill -INT $!
            wait $!
            """, [data, votes, architecture, folder.path("broken.onnx")])
        #expect(outcome.status == 130)
        #expect(outcome.errors.contains("--resume goes on from \(folder.path("broken.onnx")).checkpoint"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("broken.onnx")))

        // A trapezoid's end may be moved while its way down is still ahead.
        let done = outcome.errors.matches(of: #/epoch (\d+)/100000: /#).compactMap { Int($0.1) }.max() ?? 0
        try #require(done > 0)
        let epochs = "\(3 * done + 3)"
        let resumed = try train("broken.onnx", "--schedule", "trapezoid", "--epochs", epochs, "--resume")
        #expect(resumed.status == 0)
        #expect(resumed.errors.contains("going on after epoch \(done)"))
        #expect(try train("whole.onnx", "--schedule", "trapezoid", "--epochs", epochs).status == 0)
        #expect(try folder.bytes("broken.onnx") == folder.bytes("whole.onnx"))
    }

    @Test("A teacher is in the recipe, and one that isn't there or has another's classes is refused by name")
    func teachers() throws {
        #expect(try train("teacher.onnx", "--epochs", "2").status == 0)
        let teacher = folder.path("teacher.onnx")
        let taught = try train("taught.onnx", "--epochs", "2", "--teacher", teacher, "--teacher-weight", "0.4")
        #expect(taught.status == 0, "\(taught.errors)")
        #expect(try folder.read("taught.onnx").contains("small "), "the recipe has to name the teacher")
        let missing = try train("c.onnx", "--teacher", folder.path("none.onnx"))
        #expect(missing.status == 1)
        #expect(missing.errors.contains("none.onnx"))
        let other = try train("c.onnx", "--teacher", teacher, "--normalisation", "unit")
        #expect(other.status == 1)
        #expect(other.errors.contains("teacher.onnx") && other.errors.contains("--normalisation standard"))
        #expect(try train("c.onnx", "--teacher-weight", "0.4").status == 64)
        #expect(try train("teacher.onnx", "--teacher", teacher).status == 64, "it would be written over")
    }

    @Test("A network that has learnt before learns on, with its own normalisation, and knows at once what it knew")
    func start() throws {
        #expect(try train("first.onnx", "--epochs", "8", "--name", "stripes", "--normalisation", "unit").status == 0)
        let first = folder.path("first.onnx")
        func goOn(_ name: String, _ more: String...) throws -> Program.Outcome {
            try Program.run(
                [
                    "train", "--data", data, "--votes", votes, "--start", first, "--batch", "16", "--validation", "0.2",
                    "--no-flip", "--epochs", "1", "--out", folder.path(name),
                ] + more)
        }
        let outcome = try goOn("second.onnx", "--learning-rate", "0.0000001")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let (before, after) = (
            try scores(evaluate("first.onnx", "--json")), try scores(evaluate("second.onnx", "--json"))
        )
        #expect(before.accuracy > 0.9)
        #expect(after.accuracy > before.accuracy - 0.1, "from chance it would guess")
        #expect(after.model == "stripes")
        let recipe = try folder.read("second.onnx")
        #expect(recipe.contains("start: stripes ") && recipe.contains("normalisation: unit"))
        #expect(!outcome.errors.contains("kept back other pictures"))
        let reseeded = try goOn("e.onnx", "--seed", "2")
        #expect(reseeded.errors.contains("first.onnx: it kept back other pictures (--validation 0.2 --seed 1)"))

        let own = try Program.run(
            [
                "train", "--data", data, "--votes", votes, "--start", "mien", "--epochs", "1", "--out",
                folder.path("d.onnx"),
            ])
        #expect(own.status == 0, "\(own.errors)")
        #expect(try folder.read("d.onnx").contains("start: mien "))

        #expect(try goOn("c.onnx", "--architecture", "report").errors.contains("report cannot go on from stripes"))
        #expect(try goOn("c.onnx", "--normalisation", "raw").errors.contains("has learnt with unit"))
        #expect(try goOn("first.onnx").status == 64, "it would be written over")
        let report = try Program.run(["train", "--data", data, "--start", data, "--out", folder.path("c.onnx")])
        #expect(report.status == 1)
        #expect(report.errors.contains("fer2013.csv: cannot start from this network"))
    }

    @Test("What is asked of an evaluation is answered: mirrored, shifted, a report, a table of answers")
    func evaluation() throws {
        #expect(try train("a.onnx", "--epochs", "4").status == 0)
        let plain = try scores(evaluate("a.onnx", "--json"))
        #expect(plain.changedByShiftedBox == nil)
        let shifted = try scores(evaluate("a.onnx", "--json", "--shifted", "--flip"))
        let shares = try #require(shifted.changedByShiftedBox)
        #expect(!shares.isEmpty && shares.values.allSatisfy { (0...1).contains($0) })

        let (report, answers) = (folder.path("report"), folder.path("answers.csv"))
        // Once more: what mien wrote is written over.
        for _ in 1...2 { #expect(try evaluate("a.onnx", "--report", report, "--answers", answers).status == 0) }
        let modes = try Program.shell("find \"$1\" -type f ! -perm 600 -o -type d ! -perm 700", [report])
        #expect(modes.output == "", "there are faces in it, which are for the user alone")
        #expect(try folder.read("report/report.html").contains("</html>"))
        #expect(try folder.list("report").contains("evaluation.json"))
        #expect(try folder.read("answers.csv").split(separator: "\n").count == 61)
        let training = try scores(evaluate("a.onnx", "--json", "--usage", "Training"))
        #expect(training.count == 180)

        let piped = try evaluate("a.onnx", "--answers", "-", "--json")
        #expect(try piped.output == folder.read("answers.csv"))
        #expect(piped.errors.contains("\"count\":60"))
    }

    @Test("An architecture isn't written over, and another of its name is another network") func architectures() throws
    {
        #expect(try train("small.txt").status == 64)
        #expect(try folder.read("small.txt").hasPrefix("input"))
        #expect(try train("a.onnx", "--epochs", "1").status == 0)
        _ = try folder.write(
            "small.txt", folder.read("small.txt").replacing("relu", with: "sigmoid").utf8)
        let other = try train("a.onnx", "--epochs", "1", "--resume")
        #expect(other.status == 1)
        #expect(other.errors.contains("it has \"architecture: small "), "\(other.errors)")
    }

    @Test("A pipe among a folder's pictures is left out, and not waited for") func pipe() throws {
        let outcome = try Program.shell(
            """
            cd "$1" && mkdir -p set/happy set/sad && mkfifo set/happy/pipe &&
            ffmpeg -v error -f lavfi -i testsrc=size=64x64 -frames:v 1 set/happy/a.png &&
            timeout 20 "$MIEN" evaluate --data set --json
            """, [folder.path("")])
        #expect(try scores(outcome).count == 1)
        #expect(outcome.errors.contains("set/happy/pipe: it is a pipe"))
    }

    @Test("bfloat16 trains, or is refused in words where the CPU hasn't got it")
    func bfloat16() throws {
        let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let outcome = try train("a.onnx", "--epochs", "1", "--bfloat16")
        #expect(outcome.status == (flags.contains("avx512bw") ? 0 : 1), "\(outcome.errors)")
        if outcome.status == 1 { #expect(outcome.errors.contains("can't compute in bfloat16")) }
    }

    @Test(
        "Values that make no sense are refused with the option's name",
        arguments: [
            ["--erasing", "2"], ["--mixup", "-0.1"], ["--averaging", "1"], ["--validation", "0"],
            ["--rotation", "181"], ["--teacher-weight", "3", "--teacher", "x"], ["--clip-gradient", "0"],
            ["--sharpness=-1"],
            ["--normalisation", "0.5/0.25"], ["--label-smoothing", "1.5"], ["--threads", "0"],
            ["--schedule", "steps"], ["--targets", "guesses"], ["--batch", "0"], ["--batch=-16"], ["--batch", "24"],
            ["--epochs", "9223372036854775807"], ["--name", "a\u{1B}b"], ["--out", "-"],
        ])
    func wrongValues(arguments: [String]) throws {
        let outcome = try Program.run(["train", "--data", data] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(arguments[0].prefix { $0 != "=" }), "\(outcome.errors)")
        #expect(outcome.output == "")
    }
}
