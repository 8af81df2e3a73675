import Foundation
import Testing

/// A terminal of a given size with a shell in it, which a test types into and reads from.
final class Tmux {
    static let path = ["/usr/bin/tmux", "/usr/local/bin/tmux"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let isThere = path != nil && Program.isBuilt
    static let missing: Comment = "there is no program, or no tmux"

    private let socket: String
    let folder: Folder

    /// In the shell, $MIEN is the program, and the working directory is `folder`.
    init(columns: Int, rows: Int, environment: [String] = []) throws {
        folder = try Folder()
        socket = folder.path("tmux")
        try command(
            [
                "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-c", folder.path(""),
                "env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TERM=screen-256color", "PS1=ready> ",
                "MIEN=\(Program.path)",
            ] + environment + ["bash", "--norc", "--noprofile"])
        try until { $0.contains("ready>") }
    }

    deinit { _ = try? command(["kill-server"]) }

    @discardableResult
    private func command(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // The first command starts a server that stays. It must not keep open what Foundation sees a process's end by.
        let closing = "for file in /proc/$$/fd/*; do ((${file##*/} > 2)) && eval \"exec ${file##*/}>&-\"; done"
        let tmux = try #require(Self.path)
        process.arguments = ["-c", "\(closing); exec \"$@\"", "tmux", tmux, "-u", "-S", socket] + arguments
        process.standardOutput = try folder.create("tmux-output")
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try folder.read("tmux-output")
    }

    /// Types a line, or a key by tmux's name for it.
    func type(line: String) throws { try command(["send-keys", line, "Enter"]) }
    func press(_ key: String) throws { try command(["send-keys", key]) }

    func resize(columns: Int, rows: Int) throws {
        try command(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What is to be seen now; `isStyled`: with the escape sequences of its colours.
    func screen(isStyled: Bool = false) throws -> String {
        try command(["capture-pane", "-p"] + (isStyled ? ["-e"] : []))
    }

    /// Waits until the screen is as wanted, for half a minute at most: machines may be slow.
    @discardableResult
    func until(_ isWanted: (String) throws -> Bool) throws -> String {
        var screen = ""
        for _ in 0..<300 {
            screen = try self.screen()
            if try isWanted(screen) { return screen }
            usleep(100_000)
        }
        Issue.record("the terminal never showed what it should; at last it showed\n\(screen)")
        return screen
    }
}
