// Preloaded into the program: makes one call fail, the Nth of its kind, and says at the end how many there were.
//
// MIEN_FAULT=CALL:N:ERROR   the Nth (from 1) of that kind fails with that error number; for `write`, 0 is half a write
// MIEN_FAULT_COUNTS=FILE    where a line for each kind goes at the end: its name and how often it was called
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { OPEN, READ, WRITE, CLOSE, MMAP, IOCTL, POLL, STAT, FSYNC, RENAME, THREAD, LIBRARY, MEMORY, KINDS };
static const char *const names[KINDS] = {
    "open", "read", "write", "close", "mmap", "ioctl", "poll", "stat", "fsync", "rename", "thread", "library",
    "memory",
};

static _Atomic long counts[KINDS];
static enum kind wanted = KINDS;
static long place;
static int error;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("MIEN_FAULT");
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon || sscanf(colon, ":%ld:%d", &place, &error) != 2) return;
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (strlen(names[kind]) == (size_t)(colon - text) && !strncmp(names[kind], text, colon - text)) wanted = kind;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("MIEN_FAULT_COUNTS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    for (enum kind kind = 0; kind < KINDS; kind++) fprintf(file, "%s %ld\n", names[kind], counts[kind]);
    fclose(file);
}

/// Counts a call; whether it is the one that fails.
static int fails(enum kind kind) {
    long number = atomic_fetch_add(&counts[kind], 1) + 1;
    if (kind != wanted || number != place) return 0;
    errno = error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails(OPEN) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails(OPEN) ? -1 : REAL(open64)(path, flags, mode);
}

/// libgcrypt, which FFmpeg brings along, aborts where it can't read these.
static int is_gcrypts(const char *path) { return !strncmp(path, "/proc/sys/crypto/", 17); }

FILE *fopen(const char *path, const char *mode) {
    return !is_gcrypts(path) && fails(OPEN) ? NULL : REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    return !is_gcrypts(path) && fails(OPEN) ? NULL : REAL(fopen64)(path, mode);
}
int memfd_create(const char *name, unsigned flags) { return fails(OPEN) ? -1 : REAL(memfd_create)(name, flags); }

ssize_t read(int file, void *room, size_t count) { return fails(READ) ? -1 : REAL(read)(file, room, count); }

ssize_t pread(int file, void *room, size_t count, off_t offset) {
    return fails(READ) ? -1 : REAL(pread)(file, room, count, offset);
}

size_t fread(void *room, size_t size, size_t count, FILE *file) {
    // As a read that fails leaves the stream.
    if (fails(READ)) {
        file->_flags |= 0x20;
        return 0;
    }
    return REAL(fread)(room, size, count, file);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (!fails(WRITE)) return REAL(write)(file, bytes, count);
    return error ? -1 : REAL(write)(file, bytes, (count + 1) / 2);
}

int close(int file) {
    int failed = fails(CLOSE);
    int result = REAL(close)(file);
    if (!failed) return result;
    errno = error;
    return -1;
}

// Of files and devices alone: where the system has no memory to give, neither Swift nor oneDNN comes back.
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return file >= 0 && fails(MMAP) ? MAP_FAILED : REAL(mmap)(address, length, protection, flags, file, offset);
}

int ioctl(int file, unsigned long request, ...) {
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    return fails(IOCTL) ? -1 : REAL(ioctl)(file, request, argument);
}

int poll(struct pollfd *files, nfds_t count, int milliseconds) {
    return fails(POLL) ? -1 : REAL(poll)(files, count, milliseconds);
}

int stat(const char *path, struct stat *status) { return fails(STAT) ? -1 : REAL(stat)(path, status); }
int fstatat(int folder, const char *path, struct stat *status, int flags) {
    return fails(STAT) ? -1 : REAL(fstatat)(folder, path, status, flags);
}
int fstat(int file, struct stat *status) { return fails(STAT) ? -1 : REAL(fstat)(file, status); }
int fsync(int file) { return fails(FSYNC) ? -1 : REAL(fsync)(file); }
int rename(const char *from, const char *to) { return fails(RENAME) ? -1 : REAL(rename)(from, to); }

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *context) {
    return fails(THREAD) ? error : REAL(pthread_create)(thread, attributes, body, context);
}

void *dlopen(const char *name, int flags) {
    return REAL(dlopen)(fails(LIBRARY) ? "libmien-is-not-there.so" : name, flags);
}

// Memory: the pieces that our shims ask for, and the libraries that tell of it when they get none. Swift and oneDNN are not
// among these: they end the program.

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

static const char *const tellers[] = {
    "libavcodec", "libavformat", "libavutil", "libswscale", "libopencv_", "libjpeg", "libpng", "libfreetype", "libexif",
};

/// Whether the code at this address is one of the tellers', or our own in a program without Swift's runtime in it. Compiled
/// for release, Swift's code asks its runtime for all.
static int tells(void *caller) {
    struct dl_find_object found;
    if (_dl_find_object(caller, &found)) return 0;
    const char *name = found.dlfo_link_map->l_name;
    if (!*name) {
        static void *swift;
        if (!swift) swift = dlsym(RTLD_DEFAULT, "swift_slowAlloc");
        struct dl_find_object runtime;
        return swift && !_dl_find_object(swift, &runtime) && runtime.dlfo_link_map != found.dlfo_link_map;
    }
    const char *file = strrchr(name, '/');
    file = file ? file + 1 : name;
    for (size_t index = 0; index < sizeof tellers / sizeof *tellers; index++)
        if (!strncmp(file, tellers[index], strlen(tellers[index]))) return 1;
    return 0;
}

/// libavcodec aborts where it gets no memory for a context's defaults.
static int is_spared(void) {
    void *callers[64];
    Dl_info function;
    for (int depth = backtrace(callers, 64); depth-- > 0;)
        if (dladdr(callers[depth], &function) && function.dli_sname && !strcmp(function.dli_sname, "avcodec_alloc_context3"))
            return 1;
    return 0;
}

#define LACKS_MEMORY (tells(__builtin_return_address(0)) && fails(MEMORY) && !is_spared())

void *malloc(size_t size) { return LACKS_MEMORY ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return LACKS_MEMORY ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return LACKS_MEMORY ? NULL : __libc_realloc(old, size); }

int posix_memalign(void **room, size_t alignment, size_t size) {
    if (LACKS_MEMORY) return ENOMEM;
    *room = __libc_memalign(alignment, size);
    return *room ? 0 : ENOMEM;
}

/// C++'s `new`, which throws.
void *_Znwm(size_t size) {
    if (LACKS_MEMORY) ((void (*)(void))dlsym(RTLD_DEFAULT, "_ZSt17__throw_bad_allocv"))();
    return ((void *(*)(size_t))dlsym(RTLD_NEXT, "_Znwm"))(size);
}
