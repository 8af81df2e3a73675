import ArgumentParser
import Glibc
import Mien

/// How many inputs are worked through, as typed.
struct BatchOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Of folders, look into the folders in them, too.")
    var recursive = false

    @Option(
        help: ArgumentHelp(
            "Results of each input in files of its own, of these kinds: "
                + "\(OutputKind.all.map(\.name).joined(separator: ", ")) (with --to: jsonl).",
            valueName: "kind,..."))
    var each: OutputKinds?

    @Option(
        help: ArgumentHelp(
            "The folder for these files, laid out as the inputs' folders are (default: beside each input).",
            valueName: "folder"), completion: .directory)
    var to: String?

    @Flag(
        help: """
            Pass over inputs whose own files are whole already, and made from what they would be made from now. Those that \
            can't be read are tried again when they have changed.
            """)
    var resume = false

    @Flag(help: "With --resume: try inputs that could not be read again, though they have not changed.")
    var retry = false

    @Option(
        help: ArgumentHelp(
            "Take one of n shares of the inputs, which are told apart by a hash of their names: for several machines.",
            valueName: "k/n"))
    var shard: Shard?

    @Option(
        help: ArgumentHelp(
            "On standard error: auto is a bar where that is a terminal, json an object on a line each second.",
            valueName: "auto|json|none"),
        completion: .list(["auto", "json", "none"]))
    var progress = ProgressChoice.auto

    func validate() throws {
        if to == "" { throw ValidationError("--to needs the name of a folder") }
        if retry, !resume { throw ValidationError("--retry goes with --resume") }
        if resume, kinds == nil { throw ValidationError("--resume goes with --each or --to") }
    }

    private var kinds: [OutputKind]? { each?.kinds ?? (to == nil ? nil : OutputKinds(argument: "jsonl")?.kinds) }

    /// What is to be done, with which inputs. `extensions`: those of the files that count in folders; `onlyFirst`: of what holds
    /// several pictures, the first one.
    func resolve(
        _ arguments: [String], extensions: Set<String>, onlyFirst: Bool = false, _ video: VideoOptions?,
        _ options: CommonOptions
    ) throws -> (plan: Plan, inputs: [Input]) {
        let excluded = to.flatMap { FileIdentity($0, isFolder: true) }
        var search = InputSearch(
            extensions: extensions, isRecursive: recursive, excluded: excluded, onlyFirst: onlyFirst)
        var inputs = search.inputs(for: arguments)
        if let kinds { inputs = try OwnResults(kinds: kinds, folder: to).added(to: inputs) }
        var plan = try options.resolve(inputs: inputs, video)
        if resume, let file = plan.outputs.files.first(where: { $0.path != "-" }) {
            throw ValidationError(
                "\(file.path) is one file for all inputs, and --resume does only those that are left: give --each "
                    + "\(file.kind.name), or do without --resume")
        }
        if plan.verbosity != .quiet {
            plan.progress = progress.form(besides: plan.outputs)
            if let line = search.passedOver { tell(line) }
        }
        if let shard { inputs = inputs.filter { shard.holds($0.place) } }
        (plan.resumes, plan.retries) = (resume, retry)
        return (plan, inputs)
    }
}

/// "jsonl,csv".
struct OutputKinds: ExpressibleByArgument {
    let kinds: [OutputKind]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        kinds = names.compactMap { OutputKind(named: $0) }
        guard kinds.count == names.count, Set(names).count == names.count else { return nil }
    }
}

enum ProgressChoice: String, ExpressibleByArgument {
    case auto, json, none

    /// Nil where none is to be shown, or where a bar would stand among the results.
    func form(besides outputs: Outputs) -> ProgressMeter.Form? {
        switch self {
        case .json: return .json
        case .none: return nil
        case .auto:
            let isForPeople = isatty(STDOUT_FILENO) != 1 || !outputs.files.contains { $0.path == "-" }
            // A program in the background leaves the terminal to others.
            let isForeground = tcgetpgrp(STDERR_FILENO) == getpgrp()
            let canMove = getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
            return isatty(STDERR_FILENO) == 1 && isForPeople && isForeground && canMove ? .bar : nil
        }
    }
}
