import ArgumentParser
import Mien
import MienOutput

/// Where pictures are shown, as typed.
struct ShowingOptions: ParsableArguments {
    @Flag(
        help: """
            Show the pictures in a window. Keys: f full screen, m mirror, o overlay, b bars, space pause, s snapshot, q quit.
            """)
    var window = false

    @Flag(help: "Show the pictures in the terminal, beside what is known of the faces.")
    var preview = false

    @Option(
        help: ArgumentHelp(
            "Show the pictures to other programs as a camera of theirs (v4l2loopback).", valueName: "/dev/videoN"))
    var virtualCamera: String?

    /// Whether pictures are to come at their times, since somebody watches.
    var isPaced: Bool { window || virtualCamera != nil }

    /// The sinks. `pause` holds up what is looked at.
    func makeSinks(_ privacy: Privacy, _ pause: PauseFlag) throws(SinkError) -> [any Sink] {
        var sinks: [any Sink] = []
        let settings = ShowingSettings(stop: stopFlag, pause: pause, privacy: privacy)
        if window { sinks.append(try Window(settings) { tell($0) }) }
        if let virtualCamera { sinks.append(try VirtualCamera(virtualCamera, settings) { tell($0) }) }
        return sinks
    }
}
