import Glibc
import Mien
import MienSystem

/// Takes away the partial files of runs that could not do it themselves: they were killed, or their machine went down.
///
/// Of a run on this machine the system says whether it is over. One on another machine, in a folder that both see, shows by
/// its files' times that it lives (see `SignsOfLife`): on the file system's own clock, since theirs may differ.
final class Leftovers {
    private var folders: Set<String> = []
    private let isQuiet: Bool

    /// Without a sign of life for so long, a run on another machine is over.
    static let patience = Duration.seconds(3600)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Looks through the folder of `path`, a file written just now, unless that has been done.
    func clear(besides path: String) {
        let folder = path.lastSlash == nil ? "./" : path.folder
        guard folders.insert(folder).inserted, let now = FileVersion(path)?.modified,
            let names = fileNames(in: folder)
        else { return }
        var gone = 0
        for name in names {
            guard let run = ResultNames.run(ofPartial: name), let then = FileVersion(folder + name)?.modified,
                run.isOver ?? (now - then > Self.patience), unlink(folder + name) == 0
            else { continue }
            gone += 1
        }
        if gone > 0, !isQuiet {
            tell(
                "\(folder): took away \(gone == 1 ? "a partial file" : "\(gone) partial files") of a run that was cut short"
            )
        }
    }
}
