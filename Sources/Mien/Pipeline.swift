/// Finds every face in every frame of a source and says which expression each shows.
///
/// ```swift
/// import Mien
///
/// let pipeline = try Pipeline()
/// try pipeline.run(VideoSource(path: "talk.mp4")) { result in
///     for face in result.faces { print(result.time, face.box, face.probabilities.label) }
/// }
/// ```
///
/// One thread at a time uses a pipeline.
public final class Pipeline {
    /// What a pipeline works with. The defaults need no file beside the program.
    public struct Configuration: Sendable {
        /// An ONNX file; nil for the network in the binary.
        public var model: String?
        /// What its file doesn't say of it.
        public var modelOptions = ModelOptions()
        public var cascade = Cascade.standard
        public var detection = DetectionOptions()
        public var smoothing = Smoother.Options()
        /// How many threads work on a recording; fewer than 1 count as 1. The answers don't depend on it.
        public var threads = 1 { didSet { threads = max(threads, 1) } }

        public init() {}
    }

    let configuration: Configuration
    /// What gives the answers.
    public let network: ExpressionModel
    /// One for each thread, made when they are first needed.
    private var analysers: [Analyser]

    /// Throws where the network or the cascade can't be used.
    public init(_ configuration: Configuration = Configuration()) throws(PipelineError) {
        self.configuration = configuration
        let cascade = configuration.cascade
        // What else is read at start is so beside the network.
        @Sendable func readOthers() {
            cascade.prepare()
            FaceAligner.prepare()
        }
        let reader = configuration.threads > 1 ? Worker { readOthers() } : nil
        defer { reader?.join() }
        do {
            network = try ExpressionModel(file: configuration.model, options: configuration.modelOptions)
            analysers = [try Analyser(configuration, network)]
        } catch {
            throw .vision(error)
        }
    }

    /// The name of the network that gives the answers.
    public var model: String { network.name }

    /// Sends the result of every frame of `source` to `sinks`, in order, until its end or until `stop` is set.
    ///
    /// Where the source breaks off, what was found is written and the sinks are completed before this throws.
    @discardableResult
    public func run(
        _ source: any FrameSource, into sinks: [any Sink], stop: StopFlag? = nil
    ) throws(PipelineError) -> RunSummary {
        let run = try Run(self, into: sinks, stop: stop)
        do throws(PipelineError) {
            try run.process(source)
        } catch {
            _ = try? run.finish()
            throw error
        }
        return try run.finish()
    }

    /// Calls `body` with the result of every frame of `source`, in order: one at a time, from any of the threads that work.
    @discardableResult
    public func run(
        _ source: any FrameSource, stop: StopFlag? = nil, body: @escaping (FrameResult) -> Void
    ) throws(PipelineError) -> RunSummary {
        try run(source, into: [ClosureSink(body)], stop: stop)
    }

    /// What a live run works with: its memory of faces begins with it.
    func liveAnalyser() throws(PipelineError) -> LiveAnalyser {
        do { return try LiveAnalyser(configuration, network) } catch { throw .vision(error) }
    }

    func scanner() throws(PipelineError) -> Scanner {
        do { return try Scanner(configuration) } catch { throw .vision(error) }
    }

    /// As many as threads are to work on `source`.
    func analysers(for source: any FrameSource) throws(PipelineError) -> [Analyser] {
        // Those who look at a photo share its scan.
        let count = source.frameCount == 1 ? 1 : configuration.threads
        do {
            while analysers.count < count { analysers.append(try Analyser(configuration, network)) }
        } catch {
            throw .vision(error)
        }
        return Array(analysers.prefix(count))
    }
}

/// A closure as a sink.
private final class ClosureSink: Sink {
    private let body: (FrameResult) -> Void

    init(_ body: @escaping (FrameResult) -> Void) { self.body = body }

    func begin(_ run: RunDescription) {}
    func write(_ result: borrowing FrameResult) { body(copy result) }
    func finish() {}
}
