// The line that a crash leaves behind: which signal, and where the thread was that it hit. C, since a signal handler may
// allocate nothing and take no lock, and a note for each thread must be found without either.
#pragma once
#include <stdint.h>

/// From here on a fatal signal writes a line to standard error and then ends the program as it would have anyway.
///
/// `before` is called first, on the thread that was hit: it may only do what signal-safety(7) allows.
void mien_crash_install(void (*_Nonnull before)(void));

/// Notes what this thread is at: a stage, in the order of `Stage`, with frames `first` to `last`. Costs nearly nothing.
void mien_crash_note(int32_t stage, int64_t first, int64_t last);

/// Notes what is being looked at, for all threads: where several runs go on at once, that of the last to begin.
void mien_crash_note_source(const char *_Nonnull name);
