// Loads a library when it is needed, function by function, into a table that its own headers have given types.
#pragma once
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *name;
    void **address;
} mien_function;

/// Fills the addresses of `functions`. On failure the reason goes to `error`. What was opened stays open: its functions
/// may be called at any later time.
static inline bool mien_load(const char *soname, const mien_function *functions, size_t count, char error[256]) {
    void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; library && i < count; i++) {
        *functions[i].address = dlsym(library, functions[i].name);
        if (!*functions[i].address) library = NULL;
    }
    if (!library) snprintf(error, 256, "%s", dlerror());
    return library;
}
