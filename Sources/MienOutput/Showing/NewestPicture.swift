import Mien

/// The newest picture on its way from the pipeline to the thread that shows it. The pipeline never waits: a picture that
/// isn't fetched in time is passed over.
final class NewestPicture: Sendable {
    /// A picture, and what is known of it.
    struct Shot: ~Copyable {
        var result = FrameResult(source: "", frame: 0, time: 0, width: 0, height: 0, faces: [])
        let picture: Picture

        init() throws(CaptureError) { picture = try Picture() }
    }

    private struct State: ~Copyable {
        var shot: Shot
        var isNew = false
        var isOver = false
    }

    enum Arrival { case new, over }

    private let state: Monitor<State>

    init() throws(CaptureError) { state = Monitor(State(shot: try Shot())) }

    /// Shares `picture`, and with it its pixels, until the next one.
    func put(_ result: borrowing FrameResult, _ picture: Picture) throws(CaptureError) {
        let result = copy result
        let failure = state.change { state -> CaptureError? in
            do throws(CaptureError) {
                try state.shot.picture.share(picture)
                (state.shot.result, state.isNew) = (result, true)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Whether the last one has not been fetched yet.
    var isWaiting: Bool { state.change { $0.isNew } }

    /// There is nothing more to come.
    func end() { state.change { $0.isOver = true } }

    /// Waits for `seconds` at most for a picture that is newer than the last one; nil where none came.
    func take(into shot: inout Shot, seconds: Double) -> Arrival? {
        state.wait(seconds: seconds) { state in
            if state.isOver { return .over }
            guard state.isNew else { return nil }
            swap(&state.shot, &shot)
            state.isNew = false
            return .new
        }
    }
}
