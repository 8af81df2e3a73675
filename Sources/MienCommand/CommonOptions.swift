import ArgumentParser
import Mien

/// Options of every subcommand that looks at pictures, as typed.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("JSON Lines: a line for each frame.", valueName: "file|-"))
    var jsonl: String?

    @Option(help: ArgumentHelp("Comma-separated values: a line for each face.", valueName: "file|-"))
    var csv: String?

    @Option(help: ArgumentHelp("Counts and times of the run, as JSON.", valueName: "file"))
    var stats: String?

    @OptionGroup var network: NetworkOptions

    @Option(help: ArgumentHelp("A cascade instead of the built-in one.", valueName: "file.xml"))
    var cascade: String?

    @Option(help: ArgumentHelp("Threads to work with.", valueName: "n"))
    var threads = 1

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
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
        if threads < 1 { throw ValidationError("--threads: at least 1, please") }
        if let fault = detection.fault { throw ValidationError(fault) }
        if jsonl == "-", csv == "-" { throw ValidationError("--jsonl and --csv can't both be standard output") }
        for (option, value) in [("--jsonl", jsonl), ("--csv", csv), ("--stats", stats)] where value == "" {
            throw ValidationError("\(option) needs the name of a file")
        }
    }

    /// What is to be done, for these inputs. `outputs`: what is to be written beside what is said here.
    func resolve(inputs: [String], outputs: [String?] = []) throws -> Plan {
        let files = ([jsonl, csv, stats] + outputs).compactMap(\.self).filter { $0 != "-" }
        try FileIdentity.refuseOverlap(outputs: files, inputs: inputs + [network.model, cascade].compactMap(\.self))
        return Plan(
            model: network.model, modelOptions: network.options, cascade: cascade, detection: detection,
            threads: threads,
            outputs: Outputs(jsonl: jsonl, csv: csv),
            statistics: stats, verbosity: verbose ? .verbose : quiet ? .quiet : .normal)
    }
}
