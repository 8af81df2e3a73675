import ArgumentParser
import Mien
import MienCapture

struct Live: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at a camera, until it is stopped.",
        discussion: """
            The newest frame counts: where labelling or a reader is slow, older ones are dropped. An unplugged camera is \
            waited for.
            On a terminal: q quits, p pauses and goes on, r starts and stops recording the results as JSON Lines in a \
            new file in this directory.
            """)

    @Option(
        help: ArgumentHelp(
            "The camera: its path, number or bus, or a part of its name; - for raw frames on standard input.",
            valueName: "camera"))
    var device: String?

    @OptionGroup var camera: CameraOptions
    @OptionGroup var video: VideoOptions
    @OptionGroup var showing: ShowingOptions
    @OptionGroup var options: CommonOptions

    func run() throws {
        var plan = try options.resolve(video)
        plan.showing = showing
        plan.title = { ($0 as? CameraSource).map { Self.title(of: $0.status) } ?? "raw frames on standard input" }
        let isQuiet = plan.verbosity == .quiet
        let source = try camera.source(device, interruption: Interruption()) { if !isQuiet { tell("\($0)") } }
        try plan.run([Input(source)])
    }

    private static func title(of status: CameraSource.Status) -> String {
        let (camera, mode) = (status.camera, status.mode)
        let rate = mode.rate.map { " at \(JSON.decimal($0, $0 == $0.rounded() ? 0 : 1))" } ?? ""
        return "\(camera.name) (\(camera.path)), \(mode.width)x\(mode.height) \(mode.format)\(rate)"
    }
}
