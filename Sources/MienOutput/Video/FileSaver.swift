import Glibc
import Mien

/// Has the system put a growing file on the disk now and then, on a thread of its own: a power cut then costs little.
final class FileSaver {
    private struct State {
        var isWanted = false
        var isOver = false
    }

    private let descriptor: Int32
    private let state = Monitor(State())
    private var worker: Worker?

    /// Owns the descriptor from here on.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let state = state
        worker = Worker {
            while true {
                let isWanted = state.wait { state -> Bool? in
                    defer { state.isWanted = false }
                    return state.isOver ? false : state.isWanted ? true : nil
                }
                guard isWanted else { return }
                // A file that can't be saved, such as a pipe, is as good as it gets.
                fdatasync(descriptor)
                // Once a second is enough, and less would keep a slow disk busy.
                _ = state.wait(seconds: 1) { $0.isOver ? true : nil }
            }
        }
    }

    deinit {
        state.change { $0.isOver = true }
        worker?.join()
        close(descriptor)
    }

    /// Of the file, in bytes. (`fstat`)
    var size: off_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_size : 0
    }

    /// Shortens the file. (`ftruncate`)
    func truncate(to size: off_t) { ftruncate(descriptor, size) }

    /// What has been written is worth saving.
    func save() { state.change { $0.isWanted = true } }
}
