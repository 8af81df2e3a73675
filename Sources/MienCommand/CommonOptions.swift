import ArgumentParser
import Mien
import MienOutput

/// Options of every subcommand that looks at pictures and tells of them, as typed.
struct CommonOptions: ParsableArguments {
    @OptionGroup var outputs: OutputOptions
    @OptionGroup var overwriting: OverwritingOptions
    @OptionGroup var analysis: AnalysisOptions

    @Flag(name: .shortAndLong, help: "Say what is being done, and sum up at the end.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Say nothing but what failed.")
    var quiet = false

    func validate() throws {
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
    }

    /// What is to be done, for files that are named and nothing else.
    func resolve(paths: [String] = [], _ video: VideoOptions? = nil) throws -> Plan {
        try resolve(inputs: paths.map { Input(path: $0) }, video)
    }

    /// What is to be done, for these inputs. `privacy`: of what is written of them besides, so that no report shows more.
    func resolve(inputs: [Input], _ video: VideoOptions?, privacy: Privacy = .none) throws -> Plan {
        let files = outputs.files + [video?.file].compactMap(\.self)
        let own = inputs.compactMap(\.results)
        let read = inputs.map(\.path) + analysis.files
        let whole = own.flatMap(\.paths).compactMap { path in
            OutputKind(ofResult: path).map { OverwritingOptions.Output(path, $0.form) }
        }
        try overwriting.check(
            files.map { .init($0.path, $0.kind.form) }
                + [outputs.stats].compactMap(\.self).map { .init($0, .statistics) }
                + [outputs.failures].compactMap(\.self).map { .init($0, .failures) }
                + whole, inputs: read)
        try FileIdentity.refuseOverlap(outputs: own.flatMap(\.hiddenPaths), inputs: read)
        if inputs.count > 1, let file = files.first(where: { $0.kind.isForOneInput }) {
            let name = file.kind.name
            throw ValidationError(
                "\(inputs.count) inputs can't share \(file.path); --each \(name) writes one for each")
        }
        var settings = OutputSettings()
        if let video { settings.video = video.options }
        let writesVideo = video?.file != nil || own.contains(where: \.haveVideo)
        // Who hides faces in videos doesn't want them shown elsewhere.
        settings.hasThumbnails = outputs.thumbnails && settings.video.privacy == .none && privacy == .none
        var plan = analysis.plan(threads: writesVideo ? 1 : nil)
        plan.outputs = Outputs(files, settings, hasOthers: !own.isEmpty)
        plan.statistics = outputs.stats
        plan.failures = outputs.failures
        plan.verbosity = verbose ? .verbose : quiet ? .quiet : .normal
        return plan
    }
}
