import Foundation
import Testing

/// An X display that nobody sees, with a window manager.
enum Display {
    static let isThere =
        Program.isBuilt
        && ["Xvfb", "xdotool", "openbox", "ffmpeg"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
        }
    static let missing: Comment = "there is no program, or no Xvfb, xdotool, openbox, ffmpeg"

    /// Runs lines of bash with the display, in a folder of their own. `begin ARGUMENTS...` starts the program and waits for
    /// its window, `key KEYS...` presses keys in it, `until_true COMMAND...` waits for something, `finish` says how it ended.
    static func shell(_ lines: String) throws -> Program.Outcome {
        try Program.shell(
            """
            folder=$(mktemp -d) && cd "$folder"
            # Foundation starts programs with most signals blocked.
            trap 'kill -KILL $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
            until_true() { for ((try = 0; try < 1800; try++)); do "$@" && return; sleep 0.1; done; echo "never: $*"; }
            find_window() { window=$(xdotool search --onlyvisible --name ' - mien$' 2>/dev/null | tail -n 1); [[ $window ]]; }
            begin() {
              "$MIEN" "$@" >out.jsonl 2>messages & program=$!
              until_true find_window
            }
            key() { for name; do xdotool key --window "$window" "$name"; sleep 0.1; done; }
            count() { (($(ls | grep -c "$2") == $1)); }
            finish() { wait $program; echo "status $?"; cat messages; }
            Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>number 2>/dev/null &
            until_true test -s number
            export DISPLAY=:$(<number)
            openbox &>/dev/null &
            # A window that is shown while the manager starts may wait for it for good.
            until_true eval 'xdotool get_num_desktops &>/dev/null'
            \(lines)
            """)
    }
}
