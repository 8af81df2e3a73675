import ArgumentParser
import Mien

/// How pictures are looked at, as typed.
struct AnalysisOptions: ParsableArguments {
    @OptionGroup var network: NetworkOptions

    @Option(help: ArgumentHelp("A cascade instead of the built-in one.", valueName: "file.xml"), completion: .file())
    var cascade: String?

    @Option(
        help: ArgumentHelp(
            "Threads to work with (default: one for each core that may be used, up to 4; one beside a video's encoder, which has its own). "
                + "The answers don't depend on it.",
            valueName: "n"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Each size of face searched for, over the one before (default: 1.1 in photos, else 1.25).",
            valueName: "ratio"))
    var scaleFactor: Double?

    @Option(help: ArgumentHelp("Overlapping hits that make a face (default: 4 in photos, else 1).", valueName: "n"))
    var neighbours: Int?

    @Option(
        help: ArgumentHelp(
            "Width of the smallest face (default: about 1/32 of the picture's width).", valueName: "pixels"))
    var minFace: Int?

    @Option(help: ArgumentHelp("Width of the largest face (default: the picture's).", valueName: "pixels"))
    var maxFace: Int?

    /// Files that are read.
    var files: [String] { [network.model, cascade].compactMap(\.self) }

    /// Where nobody says. More would wait for the decoder, and each takes memory for pictures of its own.
    private static let usualThreads = min(coreCount, 4)

    /// The search for faces as asked for, checked when it is made.
    private var detection: DetectionOptions {
        var options = DetectionOptions()
        options.scaleFactor = scaleFactor
        options.neighbours = neighbours
        options.smallestFace = minFace
        options.largestFace = maxFace
        return options
    }

    func validate() throws {
        try checkThreads(threads)
        if let fault = detection.fault { throw ValidationError(fault) }
    }

    /// A plan without any output.
    ///
    /// - Parameter unless: how many threads work where nobody says; nil: the usual number.
    func plan(threads unless: Int? = nil) -> Plan {
        Plan(
            model: network.model, modelOptions: network.options, cascade: cascade, detection: detection,
            threads: threads ?? unless ?? Self.usualThreads)
    }
}
