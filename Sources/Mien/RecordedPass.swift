import MienCapture
import MienVision

/// Works through a recording with several threads. Nothing is dropped, and what comes out doesn't depend on how many
/// threads there are.
///
/// Each thread takes a chunk of frames, finds the faces in it, and labels them. What has to happen in the order of the
/// frames (reading them, telling faces apart, writing) is done by the thread whose chunk's turn it is: nothing is
/// handed from thread to thread, and none waits while there is work that it may do.
final class RecordedPass: @unchecked Sendable {  // safe: what threads share is touched in turns, see each
    private let reader: Monitor<Reader>
    /// Touched inside `identification` only.
    private var tracker = Tracker()
    private let identification = Turnstile()
    /// Touched inside `writing` only, and by `run` when the threads have ended.
    private let output: RunOutput
    private var failure: PipelineError?
    private let writing = Turnstile()

    private struct Reader {
        let source: any FrameSource
        var cut = SceneCut()
        /// The number of the next chunk; nil when there is none.
        var next: Int? = 0
        var failure: CaptureError?
    }

    private let stop: StopFlag

    init(_ source: any FrameSource, into output: RunOutput, stop: StopFlag) {
        reader = Monitor(Reader(source: source))
        (self.output, self.stop) = (output, stop)
    }

    /// Works with one thread for each of `analysers`; the calling one is the first.
    func run(_ analysers: [Analyser]) throws(PipelineError) {
        // Where the system has no more threads to give, there are fewer.
        let helpers = analysers.dropFirst().compactMap { analyser in
            nonisolated(unsafe) let analyser = analyser  // safe: this thread alone uses it until it has ended
            return Worker { self.work(analyser) }
        }
        work(analysers[0])
        for helper in helpers { helper.join() }
        if let failure { throw failure }
        if let failure = reader.change({ $0.failure }) { throw .source(failure) }
    }

    private func work(_ analyser: Analyser) {
        while let number = read(into: analyser) {
            analyser.find()
            identification.pass(number) { analyser.identify(by: &tracker) }
            analyser.classify()
            writing.pass(number) { write(analyser) }
        }
    }

    /// The number of the chunk that was read; nil at the end.
    private func read(into analyser: Analyser) -> Int? {
        reader.change { reader in
            guard let number = reader.next else { return nil }
            reader.next = number + 1
            do throws(CaptureError) {
                let goesOn = try analyser.read(number, from: reader.source, cut: &reader.cut, until: stop)
                if !goesOn { reader.next = nil }
            } catch {
                reader.failure = error
                reader.next = nil
            }
            return number
        }
    }

    private func write(_ analyser: Analyser) {
        guard failure == nil, !output.hasNoReaders else { return }
        do throws(PipelineError) {
            try analyser.write(to: output)
            guard output.hasNoReaders else { return }
        } catch {
            failure = error
        }
        reader.change { $0.next = nil }
    }
}
