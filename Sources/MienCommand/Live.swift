import ArgumentParser
import Mien
import MienCapture

struct Live: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at a camera, until it is stopped.",
        discussion: """
            The newest frame counts: where labelling or a reader is slow, older ones are dropped. An unplugged camera is \
            waited for.
            """)

    @Option(
        help: ArgumentHelp(
            "The camera: its path, number or bus, or a part of its name; - for raw frames on standard input.",
            valueName: "camera"))
    var device: String?

    @OptionGroup var camera: CameraOptions
    @OptionGroup var options: CommonOptions

    func run() throws {
        let plan = try options.resolve(inputs: [])
        let isQuiet = plan.verbosity == .quiet
        let source = try camera.source(device, interruption: Interruption()) { if !isQuiet { tell("\($0)") } }
        try plan.run([Input(source)])
    }
}
