#pragma once

/// For tests: what the calling thread has allocated. Linking this replaces malloc and its relatives with ones that count;
/// they go on to glibc's.
struct mien_allocations {
    /// Pieces of memory asked for since the thread began.
    long made;
    /// Pieces freed. Those that another thread allocated count, too.
    long freed;
};

struct mien_allocations mien_allocations_of_thread(void);

/// Pieces of memory that all threads have asked for so far. Also found by name, where this was loaded before a program.
long mien_allocations_of_process(void);

/// Those of them that the program's own code asked for, and not its libraries' for themselves.
long mien_allocations_of_program(void);
