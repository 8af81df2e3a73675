#define _GNU_SOURCE
#include "mien_allocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

// glibc's own, under the names by which it lets others stand in for them.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

// Initial-exec: the usual model may itself allocate when a thread first touches the variable.
static __thread __attribute__((tls_model("initial-exec"))) struct mien_allocations counts;

struct mien_allocations mien_allocations_of_thread(void) { return counts; }

static _Atomic long made_by_process, made_by_program;

long mien_allocations_of_process(void) { return made_by_process; }
long mien_allocations_of_program(void) { return made_by_program; }

/// Whether code at `caller` is the program's own (which has no name here), or Swift's library on its behalf.
__attribute__((unused)) static int is_programs(void *caller) {
    struct dl_find_object object;
    if (_dl_find_object(caller, &object) != 0) return 0;
    const char *name = object.dlfo_link_map->l_name;
    return name[0] == 0 || strstr(name, "libswiftCore") != NULL;
}

// A sanitizer stands in for all of these itself: nothing is counted then. (GCC has no __has_feature.)
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

static void count_one(void *caller) {
    counts.made++;
    atomic_fetch_add_explicit(&made_by_process, 1, memory_order_relaxed);
    if (is_programs(caller)) atomic_fetch_add_explicit(&made_by_program, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    count_one(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_one(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    count_one(__builtin_return_address(0));
    counts.freed += memory != NULL;
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count_one(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count_one(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count_one(__builtin_return_address(0));
    void *found = __libc_memalign(alignment, size);
    if (found == NULL) return ENOMEM;
    *memory = found;
    return 0;
}

void free(void *memory) {
    counts.freed += memory != NULL;
    __libc_free(memory);
}

#endif
