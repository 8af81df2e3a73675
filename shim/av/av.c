#include "mien_av.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../load.h"

// The library whose headers we were built with: its structures keep their layout within one major version only.
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define SONAME(name, major) "lib" name ".so." TEXT(major)

#define LOAD(name, major, list, error) mien_load(SONAME(name, major), list, sizeof list / sizeof *list, error)

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
    static const mien_function format[] = {MIEN_AVFORMAT_FUNCTIONS(AV_ENTRY)};
    static const mien_function codec[] = {MIEN_AVCODEC_FUNCTIONS(AV_ENTRY)};
    static const mien_function util[] = {MIEN_AVUTIL_FUNCTIONS(AV_ENTRY)};
    if (LOAD("avformat", LIBAVFORMAT_VERSION_MAJOR, format, av_error)
        && LOAD("avcodec", LIBAVCODEC_VERSION_MAJOR, codec, av_error)
        && LOAD("avutil", LIBAVUTIL_VERSION_MAJOR, util, av_error))
        av.av_log_set_callback(keep_message);
}

static void load_sws(void) {
    static const mien_function scale[] = {MIEN_SWSCALE_FUNCTIONS(SWS_ENTRY)};
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
