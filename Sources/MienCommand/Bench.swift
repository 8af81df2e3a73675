import ArgumentParser
import Glibc
import Mien
import MienCapture

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures this machine: the network alone, and the whole of it on a recording or the demo.",
        discussion: """
            Processor time is what counts on a machine that others use too. With --plain the same input is also looked at \
            the way of the tutorials (a full scan of every frame at its own size, steps of 1.1, five neighbours, faces \
            from 48 pixels on), with the same cascade and network. With --live the demo comes as from a camera of 640x480 \
            at 30 frames a second, and latency is from a picture's arrival to its labels.
            """)

    @Argument(help: "A recording; none: ten seconds of the demo.", completion: .file()) var input: String?
    @Option(help: ArgumentHelp("Look at the input so many times.", valueName: "n")) var repeats = 1
    @Flag(help: "Look at it in the way of the tutorials as well.") var plain = false
    @Flag(help: "Measure latency on the demo instead, as fast as a camera.") var live = false
    @Flag(help: "Measure nothing but the network.") var networkOnly = false
    @Flag(help: "As JSON.") var json = false
    @OptionGroup var options: AnalysisOptions

    func validate() throws {
        if repeats < 1 { throw ValidationError("--repeats: at least 1, please") }
        if live, plain || input != nil { throw ValidationError("--live is for the demo, and not with --plain") }
    }

    func run() throws {
        // What one core does, unless asked otherwise: figures that machines can be compared by.
        let plan = options.plan(threads: 1)
        let network = try NetworkTimes(ExpressionModel(file: plan.model, options: plan.modelOptions))
        if networkOnly {
            print(json ? JSON.object(["model": .text(network.name), "network": network.json]).line : network.text)
            return
        }
        let pipeline = try Pipeline(plan.configuration())
        var ours = BenchRun()
        for _ in 0..<repeats {
            try ours.add { note in try pipeline.run(source()) { note($0.frame, !$0.faces.isEmpty, $0.live?.captured) } }
        }
        // Before the plain way and the fonts add to it.
        let memory = BenchRun.peakMemory
        let overlay = OverlayTimes()
        var theirs: BenchRun?
        if plain {
            var run = BenchRun()
            for _ in 0..<repeats { try run.add { note in try PlainWay(plan).run(source()) { note($0, $1, nil) } } }
            theirs = run
        }
        if json {
            var members: [(String, JSON)] = [
                ("model", .text(network.name)), ("network", network.json), ("run", ours.json),
                ("overlay", overlay.json),
                ("peak_memory_bytes", .number(memory)),
            ]
            if let theirs {
                members.append(("plain", theirs.json))
                members.append(("speedup", .real(theirs.perFrame / ours.perFrame, digits: 2)))
                members.append(("shared_frames_with_faces", .number(ours.shared(with: theirs))))
            }
            print("{" + members.map { JSON.quoted($0.0) + ":" + $0.1.line }.joined(separator: ",") + "}")
        } else {
            print(network.text)
            print(overlay.text)
            print("all of it:    \(ours.text)")
            if let theirs {
                print("plain:        \(theirs.text), \(ours.shared(with: theirs)) of which the other way has too")
                print(
                    "              \(JSON.decimal(theirs.perFrame / ours.perFrame, 1)) times the processor time a frame"
                )
            }
            print("peak memory:  \(memory / 1_000_000) MB")
        }
    }

    private func source() throws -> any FrameSource {
        if let input { return try openInput(input) }
        var demo = DemoSource.Options()
        demo.seconds = 10
        demo.paced = live
        if live { (demo.width, demo.height) = (640, 480) }
        return try DemoSource(demo)
    }
}
