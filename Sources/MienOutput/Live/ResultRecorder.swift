public import Mien
import Synchronization

/// Writes results as JSON Lines from when it is told to until it is told otherwise, each time to a new file.
///
/// A file that can't be written ends the recording and not the run. Any thread may start and stop it.
public final class ResultRecorder: Sink, Sendable {
    private struct Recording {
        let path: String
        let lines: JSONLines
        var frames = 0
    }

    private struct State: ~Copyable {
        var run: RunDescription?
        var recording: Recording?
        /// What went wrong, not told yet.
        var failure: String?
    }

    private let state = Mutex(State())

    public init() {}

    public var isReader: Bool { false }

    /// The file and how much is in it; nil while nothing is recorded.
    public var status: String? {
        state.withLock { $0.recording.map { "\($0.path), \($0.frames) frames" } }
    }

    /// Starts a recording, or ends the one that is under way. Gives what is to be told of it.
    public func toggle() -> String? {
        state.withLock { state in
            if state.recording != nil { return Self.end(&state) }
            guard let run = state.run else { return nil }
            do throws(SinkError) {
                let (file, path) = try Self.create()
                let lines = JSONLines(file)
                try lines.begin(run)
                state.recording = Recording(path: path, lines: lines)
                return nil
            } catch {
                return "not recording: \(error)"
            }
        }
    }

    public func begin(_ run: RunDescription) { state.withLock { $0.run = run } }

    public func write(_ result: borrowing FrameResult) {
        state.withLock { state in
            guard let lines = state.recording?.lines else { return }
            do throws(SinkError) {
                try lines.write(result)
                state.recording?.frames += 1
            } catch {
                state.failure = "\(error)"
                state.recording = nil
            }
        }
    }

    public func finish() { state.withLock { if let news = Self.end(&$0) { $0.failure = news } } }

    /// What has become of recordings that ended by themselves, once.
    public func takeNews() -> String? { state.withLock { $0.failure.take() } }

    private static func end(_ state: inout State) -> String? {
        guard let recording = state.recording.take() else { return nil }
        do throws(SinkError) {
            try recording.lines.finish()
            return "recorded \(recording.frames) frames in \(recording.path)"
        } catch {
            return "\(error)"
        }
    }

    private static func create() throws(SinkError) -> (OutputFile, path: String) {
        let path = freshName("jsonl")
        return (try OutputFile(new: path), path)
    }
}
