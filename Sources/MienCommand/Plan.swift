import ArgumentParser
import Mien
import MienOutput

/// Arguments as resolved: what is to be done, nothing left to ask.
struct Plan {
    var model: String?
    var modelOptions: ModelOptions
    var cascade: String?
    var detection: DetectionOptions
    var threads: Int
    var outputs = Outputs([], OutputSettings(), hasOthers: true)
    /// The file for counts and times.
    var statistics: String?
    /// The file for the inputs that fail.
    var failures: String?
    /// Whether inputs are passed over that are done, or that are known to be unreadable unless `retries` is true.
    var resumes = false
    var retries = false
    var verbosity = Verbosity.normal
    /// How progress is shown; nil: not at all.
    var progress: ProgressMeter.Form?
    /// What a terminal shows of a live source's results: where there is a title for it, a block that is redrawn in place.
    var title: (@Sendable (any FrameSource) -> String)?

    /// Where the pictures are shown, if anywhere.
    var showing: ShowingOptions?

    /// Works through `inputs`. One that fails is reported and doesn't lose the others; then, and where the run can't go on,
    /// this throws the exit status.
    func run(_ inputs: [Input], also sink: (any Sink)? = nil) throws {
        verbosity.startLog()
        catchSignals()
        var status: ExitCode?
        do throws(PipelineError) {
            let run = PlannedRun(self, try Pipeline(configuration()), inputs, also: sink)
            try run.work()
            status = run.hasUnwritten ? .failure : run.hasUnread ? .unreadInputs : nil
        } catch {
            tell("\(error)")
            status = .failure
        }
        if let signalStatus { throw ExitCode(signalStatus) }
        if let status { throw status }
    }

    func configuration() throws(PipelineError) -> Pipeline.Configuration {
        var configuration = Pipeline.Configuration()
        configuration.model = model
        configuration.modelOptions = modelOptions
        configuration.detection = detection
        configuration.threads = threads
        if let cascade {
            do { configuration.cascade = try Cascade(file: cascade) } catch { throw .vision(error) }
        }
        return configuration
    }
}

extension ExitCode {
    /// All is done, but for inputs that could not be read. (EX_DATAERR of sysexits.h)
    static let unreadInputs = ExitCode(65)
}
