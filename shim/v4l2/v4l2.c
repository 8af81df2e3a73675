#include "mien_v4l2.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>

int mien_ioctl(int descriptor, unsigned long request, void *argument) {
    int result = ioctl(descriptor, request, argument);
    return result < 0 ? -errno : result;
}

static mien_v4lconvert table;
static bool loaded;
static char reason[256];

static void load(void) {
    void *library = dlopen("libv4lconvert.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library) {
        table.create = (__typeof__(table.create))dlsym(library, "v4lconvert_create");
        table.destroy = (__typeof__(table.destroy))dlsym(library, "v4lconvert_destroy");
        table.convert = (__typeof__(table.convert))dlsym(library, "v4lconvert_convert");
        table.get_error_message =
            (__typeof__(table.get_error_message))dlsym(library, "v4lconvert_get_error_message");
        loaded = table.create && table.destroy && table.convert && table.get_error_message;
    }
    const char *said = loaded ? NULL : dlerror();
    if (said) snprintf(reason, sizeof reason, "%s", said);
}

const mien_v4lconvert *mien_v4lconvert_load(const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *error = reason;
    return loaded ? &table : NULL;
}
