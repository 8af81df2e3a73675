#include "mien_av.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// The library whose headers we were built with: its structures keep their layout within one major version only.
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define SONAME(name, major) "lib" name ".so." TEXT(major)

typedef struct {
    const char *name;
    void **address;
} function;

/// Fills the addresses of `functions`. On failure the reason goes to `error`. What was opened stays open: its functions
/// may be called at any later time.
static bool load(const char *soname, const function *functions, size_t count, char error[256]) {
    void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; library && i < count; i++) {
        *functions[i].address = dlsym(library, functions[i].name);
        if (!*functions[i].address) library = NULL;
    }
    if (!library) snprintf(error, 256, "%s", dlerror());
    return library;
}

#define LOAD(name, major, list, error) load(SONAME(name, major), list, sizeof list / sizeof *list, error)

static mien_av av;
static char av_error[256];
static mien_sws sws;
static char sws_error[256];

static _Thread_local char message[256];

const char *mien_av_message(void) { return message; }
void mien_av_forget_message(void) { message[0] = 0; }

static void keep_message(void *context, int level, const char *format, va_list arguments) {
    (void)context;
    if (level > AV_LOG_ERROR) return;
    vsnprintf(message, sizeof message, format, arguments);
    message[strcspn(message, "\n")] = 0;
}

#define AV_ENTRY(name) {#name, (void **)&av.name},
#define SWS_ENTRY(name) {#name, (void **)&sws.name},

static void load_av(void) {
    static const function format[] = {MIEN_AVFORMAT_FUNCTIONS(AV_ENTRY)};
    static const function codec[] = {MIEN_AVCODEC_FUNCTIONS(AV_ENTRY)};
    static const function util[] = {MIEN_AVUTIL_FUNCTIONS(AV_ENTRY)};
    if (LOAD("avformat", LIBAVFORMAT_VERSION_MAJOR, format, av_error)
        && LOAD("avcodec", LIBAVCODEC_VERSION_MAJOR, codec, av_error)
        && LOAD("avutil", LIBAVUTIL_VERSION_MAJOR, util, av_error))
        av.av_log_set_callback(keep_message);
}

static void load_sws(void) {
    static const function scale[] = {MIEN_SWSCALE_FUNCTIONS(SWS_ENTRY)};
    LOAD("swscale", LIBSWSCALE_VERSION_MAJOR, scale, sws_error);
}

const mien_av *mien_av_load(const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_av);
    *error = av_error;
    return *av_error ? NULL : &av;
}

const mien_sws *mien_sws_load(const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_sws);
    *error = sws_error;
    return *sws_error ? NULL : &sws;
}
