import ArgumentParser
import MienOutput
import MienTraining

/// What may be written over, as typed: for every subcommand that writes files.
struct OverwritingOptions: ParsableArguments {
    @Flag(help: "Write over files that mien hasn't written, too.")
    var force = false

    /// A file that is to be written, and as what.
    struct Output {
        let path: String
        let form: FileForm

        init(_ path: String, _ form: FileForm) { (self.path, self.form) = (path, form) }
    }

    /// Throws where writing one of `outputs` would destroy an input, another output or, without --force, a file that mien
    /// hasn't written as such an output. To be called before anything is opened. `-` is standard output, which is left out.
    func check(_ outputs: [Output], inputs: [String]) throws {
        let outputs = outputs.filter { $0.path != "-" }
        try FileIdentity.refuseOverlap(outputs: outputs.map(\.path), inputs: inputs)
        if force { return }
        for output in outputs {
            do { try output.form.refuseForeign(output.path) } catch { throw ValidationError(error.description) }
        }
    }
}
