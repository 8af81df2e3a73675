import ArgumentParser
import Mien
import MienOutput

/// Options of every subcommand that looks at pictures, as typed.
struct CommonOptions: ParsableArguments {
    @OptionGroup var outputs: OutputOptions
    @OptionGroup var network: NetworkOptions

    @Option(help: ArgumentHelp("A cascade instead of the built-in one.", valueName: "file.xml"))
    var cascade: String?

    @Option(
        help: ArgumentHelp(
            "Threads to work with (default: one for each core, up to 4; one beside a video's encoder, which has its own). "
                + "The answers don't depend on it.",
            valueName: "n"))
    var threads: Int?

    /// Where nobody says. More would wait for the decoder, and each takes memory for pictures of its own.
    private static let usualThreads = min(coreCount, 4)

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

    @Flag(name: .shortAndLong, help: "Say what is being done, and sum up at the end.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Say nothing but what failed.")
    var quiet = false

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
        try ForeignNames.refuse(cascade)
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
        if let threads, threads < 1 { throw ValidationError("--threads: at least 1, please") }
        if let fault = detection.fault { throw ValidationError(fault) }
    }

    /// What is to be done, for files that are named and nothing else.
    func resolve(paths: [String] = [], _ video: VideoOptions? = nil) throws -> Plan {
        try resolve(inputs: paths.map { Input(path: $0) }, video)
    }

    /// What is to be done, for these inputs.
    func resolve(inputs: [Input], _ video: VideoOptions?) throws -> Plan {
        let files = outputs.files + [video?.file].compactMap(\.self)
        let own = inputs.compactMap(\.results)
        try FileIdentity.refuseOverlap(
            outputs: outputs.paths + [video?.out].compactMap(\.self) + own.flatMap(\.paths)
                + own.flatMap(\.partialPaths),
            inputs: inputs.map(\.path) + [network.model, cascade].compactMap(\.self))
        if inputs.count > 1, let file = files.first(where: { $0.kind.isForOneInput }) {
            let name = file.kind.name
            throw ValidationError(
                "\(inputs.count) inputs can't share \(file.path); --each \(name) writes one for each")
        }
        var settings = OutputSettings()
        if let video { settings.video = video.options }
        let writesVideo = video?.file != nil || own.contains(where: \.haveVideo)
        // Who hides faces in videos doesn't want them shown elsewhere.
        settings.hasThumbnails = outputs.thumbnails && settings.video.privacy == .none
        return Plan(
            model: network.model, modelOptions: network.options, cascade: cascade, detection: detection,
            threads: threads ?? (writesVideo ? 1 : Self.usualThreads),
            outputs: Outputs(files, settings, hasOthers: !own.isEmpty),
            statistics: outputs.stats,
            verbosity: verbose ? .verbose : quiet ? .quiet : .normal)
    }
}
