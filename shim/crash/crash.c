#include "mien_crash.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    int number;
    const char *name;
} fatal[] = {
    {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"}, {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},
    {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"}, {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},
    // Nobody's fault, but the end all the same: `ulimit -t`, and what others may send.
    {SIGXCPU, "SIGXCPU"}, {SIGALRM, "SIGALRM"}, {SIGVTALRM, "SIGVTALRM"}, {SIGPROF, "SIGPROF"},
    {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"},
};
static const char *const stages[] = {"decode", "detect", "classify", "picture", "write"};

static _Thread_local struct {
    int64_t first, last;
    int32_t stage;
    bool is_there;
} note;
static atomic_char source[200];
static void (*do_before)(void);
// A stack that has run over can't carry the handler.
static char stack[1 << 16];

typedef struct {
    char text[512];
    size_t count;
} line;

static void add(line *line, const char *text) {
    while (*text && line->count < sizeof line->text) line->text[line->count++] = *text++;
}

static void add_source(line *line) {
    char name[sizeof source / sizeof *source + 1] = {0};
    for (size_t i = 0; i < sizeof name - 1; i++) name[i] = atomic_load_explicit(&source[i], memory_order_relaxed);
    add(line, name);
}

static void add_number(line *line, int64_t number) {
    char digits[21], *start = digits + 20;
    *start = 0;
    uint64_t rest = number < 0 ? 0 : (uint64_t)number;
    do *--start = (char)('0' + rest % 10);
    while (rest /= 10);
    add(line, start);
}

static void handle(int number) {
    do_before();
    line line = {.count = 0};
    add(&line, "mien: ended by ");
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        if (fatal[i].number == number) add(&line, fatal[i].name);
    if (note.is_there) {
        add(&line, " in ");
        add(&line, stages[note.stage]);
        add(&line, ", frame ");
        add_number(&line, note.first);
        if (note.last != note.first) {
            add(&line, " to ");
            add_number(&line, note.last);
        }
        add(&line, " of ");
        add_source(&line);
    }
    add(&line, "\n");
    (void)!write(STDERR_FILENO, line.text, line.count);
    signal(number, SIG_DFL);
    raise(number);
}

void mien_crash_install(void (*before)(void)) {
    do_before = before;
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        sigaction(fatal[i].number, &action, NULL);
        // Who started this program may have blocked it.
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, fatal[i].number);
        pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    }
}

void mien_crash_note(int32_t stage, int64_t first, int64_t last) {
    if (stage < 0 || stage >= (int32_t)(sizeof stages / sizeof *stages)) return;
    note.first = first;
    note.last = last;
    note.stage = stage;
    note.is_there = true;
}

// Relaxed: a name that two write at once is a mixture of both, and no more.
static void note_letter(size_t index, char letter) {
    atomic_store_explicit(&source[index], letter, memory_order_relaxed);
}

void mien_crash_note_source(const char *name) {
    size_t count = 0;
    // On a terminal, nothing in a name may do anything.
    for (; name[count] && count < sizeof source / sizeof *source - 1; count++)
        note_letter(count, (unsigned char)name[count] < 0x20 || name[count] == 0x7f ? '?' : name[count]);
    note_letter(count, 0);
}
