import CMienCrash

/// Where a thread is, for the line that a crash leaves behind.
enum CrashNote {
    /// What follows is looked at from now on.
    static func source(_ name: String) { mien_crash_note_source(name) }

    /// This thread is at `stage`, with the frames from `first` to `last`.
    static func enter(_ stage: Stage, _ first: Int, to last: Int? = nil) {
        mien_crash_note(Int32(stage.rawValue), Int64(first), Int64(last ?? first))
    }
}
