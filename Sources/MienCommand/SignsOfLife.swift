import Glibc
import Mien
import MienSystem

/// Shows the runs on other machines that this one lives: the files that it writes get the present time once a minute, by
/// the file system's clock, even while a slow recording writes nothing.
final class SignsOfLife {
    private struct State {
        var paths: [String] = []
        var isOver = false
    }

    private static let seconds = 60.0
    private let state = Monitor(State())
    /// Begun with the first files.
    private var worker: Worker?

    /// Of these files alone, from now on.
    func show(on paths: [String]) {
        state.change { $0.paths = paths }
        guard worker == nil else { return }
        let state = state
        worker = Worker {
            while state.wait(seconds: Self.seconds, { $0.isOver ? true : nil }) == nil {
                let paths = state.change { $0.paths }
                // One that has gone is none of its business.
                for path in paths { _ = path.withFileName { utimensat(AT_FDCWD, $0, nil, 0) } }
            }
        }
    }

    deinit {
        state.change { $0.isOver = true }
        worker?.join()
    }
}
