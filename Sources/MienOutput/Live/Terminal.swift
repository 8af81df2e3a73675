import CMienCrash
import Glibc
import MienCapture
import MienSystem
import Synchronization

/// A terminal that a program draws on and takes keys from: a screen of its own, which gives way to what was there before.
///
/// It is opened anew, so that it can be set not to wait without the shell noticing: a terminal that is held up (Ctrl-S)
/// holds up the drawing and nothing else. One thread at a time.
final class Terminal {
    /// What it can show.
    struct Abilities: Hashable, Sendable {
        var hasColour = true
        /// Blocks and lines beyond ASCII.
        var hasUnicode = true
    }

    let abilities: Abilities
    private let descriptor: Int32
    /// Written only in part, since the terminal had no room.
    private var pending: ArraySlice<UInt8> = []
    private(set) var isOnScreen = false

    /// The terminal that `output` is. Nil where that is none, where it can't move its cursor, and where this program runs
    /// in the background, so that the screen is another's.
    init?(of output: Int32, environment: (String) -> String? = variable) {
        guard isatty(output) == 1, let term = environment("TERM"), !term.isEmpty, term != "dumb",
            let path = ttyname(output)
        else { return nil }
        descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        abilities = Abilities(
            // https://no-color.org: set and not empty.
            hasColour: (environment("NO_COLOR") ?? "").isEmpty,
            hasUnicode: Self.isUnicode(environment))
        guard isForeground else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        leave()
        close(descriptor)
    }

    static func isUnicode(_ environment: (String) -> String? = variable) -> Bool {
        // The first that is set decides: POSIX, Environment Variables, Internationalization.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty } ?? ""
        // language_territory.codeset@modifier
        let codeset = locale.lowercased().split { $0 == "." || $0 == "@" }
        return codeset.contains("utf-8") || codeset.contains("utf8")
    }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Whether the screen and the keys are ours. A terminal that doesn't control this session is nobody else's.
    var isForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Whether the terminal has been closed.
    var isClosed: Bool {
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) > 0 && Int32(state.revents) & (POLLERR | POLLHUP) != 0
    }

    var size: (columns: Int, rows: Int) { Self.size(of: descriptor) }

    static func size(of descriptor: Int32) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Takes over the screen and the keys.
    func enter() {
        guard !isOnScreen, TerminalState.save(descriptor) else { return }
        isOnScreen = true
        pending = []
        // A screen of its own, no cursor, and lines that are too long are cut.
        put(Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J".utf8), seconds: 0.1)
    }

    /// Gives screen and keys back as they were.
    func leave() {
        guard isOnScreen else { return }
        isOnScreen = false
        finish(seconds: 0.1)
        TerminalState.restore()
    }

    /// A cell's size in pixels, or what it may be. (`TIOCGWINSZ`)
    var cell: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0,
            size.ws_xpixel >= size.ws_col, size.ws_ypixel >= size.ws_row
        else { return (8, 16) }
        return (Int(size.ws_xpixel / size.ws_col), Int(size.ws_ypixel / size.ws_row))
    }

    /// Sends `question` and reads what comes until `end`, for a short while at most. Keys that are pressed then are lost.
    func answer(to question: StaticString, until end: UInt8) -> [UInt8] {
        guard isOnScreen else { return [] }
        put(Array(UnsafeBufferPointer(start: question.utf8Start, count: question.utf8CodeUnitCount)), seconds: 0.1)
        var answer: [UInt8] = []
        for _ in 0..<20 where !answer.contains(end) { answer += keys(seconds: 0.02) }
        return answer
    }

    /// Whether it has taken all that was drawn.
    var isReady: Bool {
        finish(seconds: 0)
        return isOnScreen && pending.isEmpty
    }

    /// Shows lines, from row `top` on, and what `picture` says. To be called where it `isReady`.
    ///
    /// `isBeside`: what stands to the right of the lines is left alone.
    func draw(_ lines: [Line], top: Int = 0, isBeside: Bool = false, picture: Text? = nil) {
        // Between the first and the last of these a terminal that knows them shows nothing in parts.
        var text = Text()
        text.append("\u{1B}[?2026h")
        text.append("\u{1B}[\(top + 1);1H")
        for (index, line) in lines.enumerated() {
            if index > 0 { text.append("\r\n") }
            text.append(line.text)
            if isBeside {
                text.append(String(repeating: " ", count: max(0, line.limit - line.width)))
            } else if line.width < line.limit {
                // In the last column that would take away what has just been written there.
                text.append("\u{1B}[K")
            }
        }
        if picture == nil { text.append("\u{1B}[J") }
        if let picture { text.append(picture) }
        text.append("\u{1B}[?2026l")
        put(text.bytes, seconds: 0)
    }

    /// Waits for keys, and gives them. What waits to be drawn goes on meanwhile: a picture is a hundred times what a
    /// terminal takes at once.
    func keys(seconds: Double) -> [UInt8] {
        let end = SystemCalls().clock() + seconds
        guard isOnScreen else {
            usleep(UInt32(seconds * 1e6))
            return []
        }
        while true {
            let left = max(0, end - SystemCalls().clock())
            var state = pollfd(fd: descriptor, events: Int16(pending.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
            guard poll(&state, 1, Int32((left * 1000).rounded(.up))) > 0 else { return [] }
            if Int32(state.revents) & ~POLLOUT != 0 {
                var room = [UInt8](repeating: 0, count: 64)
                let count = read(descriptor, &room, room.count)
                // A terminal that has gone is always ready and never has anything.
                if count <= 0 { usleep(UInt32(left * 1e6)) }
                return Array(room.prefix(max(0, count)))
            }
            finish(seconds: 0)
            if left == 0 { return [] }
        }
    }

    /// Empties the screen, and shows what `text` says.
    func clear(_ text: Text) { put(text.bytes + Array("\u{1B}[2J".utf8), seconds: 0) }

    private func put(_ bytes: [UInt8], seconds: Double) {
        pending.append(contentsOf: bytes)
        finish(seconds: seconds)
    }

    /// Writes what waits, for `seconds` at most.
    private func finish(seconds: Double) {
        while !pending.isEmpty {
            let count = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                pending = pending.dropFirst(count)
            } else if errno == EAGAIN {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&state, 1, Int32(seconds * 1000)) <= 0 { return }
            } else if errno != EINTR {
                pending = []  // It has gone.
            }
        }
    }
}

/// What a terminal was like before, so that it is put back however the program ends.
///
/// Signal handlers use it too: all that `restore` calls is safe there (signal-safety(7); poll(2) waits for 2.5 s at most).
public enum TerminalState {
    /// The terminal that has been changed, or -1.
    private static let descriptor = Atomic<Int32>(-1)
    /// Written while `descriptor` is -1 and read while it is not. Not a variable: Swift 6.3 gives one of this type 57 bytes, of
    /// the 60 that C writes.
    private nonisolated(unsafe) static let settings = {  // safe: see above
        let place = UnsafeMutablePointer<termios>.allocate(capacity: 1)
        place.initialize(to: termios())
        return place
    }()

    /// Notes how the terminal is set, and sets it so that keys come at once and unseen; signals by key stay.
    static func save(_ terminal: Int32) -> Bool {
        guard tcgetattr(terminal, settings) == 0 else { return false }
        var changed = settings.pointee
        changed.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(terminal, TCSANOW, &changed) == 0 else { return false }
        descriptor.store(terminal, ordering: .releasing)
        return true
    }

    /// From here on a crash puts the terminal back, and says where it happened, before it ends the program.
    public static func restoreAtCrashes() {
        restore()  // Now, so that the handler isn't the first to use what this needs.
        mien_crash_install { TerminalState.restore() }
    }

    /// Puts the terminal back and ends the program by a signal whose handler this is called from.
    public static func restoreAndDie(by number: Int32) {
        restore()
        signal(number, SIG_DFL)
        raise(number)
    }

    /// Puts the screen, the cursor and the settings back; nothing where that has been done.
    public static func restore() {
        let terminal = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        guard terminal >= 0 else { return }
        // One that has been held up (Ctrl-S) goes on when it can't be any more.
        var flowing = settings.pointee
        flowing.c_iflag &= ~tcflag_t(IXON)
        tcsetattr(terminal, TCSANOW, &flowing)
        // First what ends a picture that has been written in part.
        let text: StaticString = "\u{1B}\\\u{1B}[?2026l\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l\u{1B}[0m"
        var done = 0
        // A slow one, or one at the end of a slow line, may have no room for it yet.
        for _ in 0..<50 where done < text.utf8CodeUnitCount {
            let count = write(terminal, text.utf8Start + done, text.utf8CodeUnitCount - done)
            if count > 0 { done += count } else if errno != EAGAIN, errno != EINTR { break }
            var state = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
            if done < text.utf8CodeUnitCount { poll(&state, 1, 50) }
        }
        tcsetattr(terminal, TCSANOW, settings)
    }
}
