#include "mien_sdl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../load.h"

static mien_sdl sdl;
static char sdl_error[256];

#define ENTRY(name) {#name, (void **)&sdl.name},

static void load_sdl(void) {
    static const mien_function functions[] = {MIEN_SDL_FUNCTIONS(ENTRY)};
    mien_load("libSDL2-2.0.so.0", functions, sizeof functions / sizeof *functions, sdl_error);
}

const mien_sdl *mien_sdl_load(const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_sdl);
    *error = sdl_error;
    return *sdl_error ? NULL : &sdl;
}

// What Xlib's handlers are about.
static void (*when_lost)(void *);
static void *context_when_lost;
static XID own_window;

// Drivers go on with sizes that nobody has told them where these return, and then their threads crash. So the thread ends
// here, between two of its instructions: what it and the driver have stays as it is.
static _Noreturn void stand_still(void) {
    when_lost(context_when_lost);
    while (true) pause();
}

static int lose_server(Display *display) {
    (void)display;
    stand_still();
}

static int note_error(Display *display, XErrorEvent *error) {
    (void)display;
    bool is_gone = error->error_code == BadWindow || error->error_code == BadDrawable;
    if (is_gone && own_window && error->resourceid == own_window) stand_still();
    return 0;
}

void mien_sdl_outlive_display(void (*lost)(void *), void *context) {
    (when_lost = lost, context_when_lost = context, own_window = 0);
    // The library that SDL has loaded, if it is X that it draws with.
    void *x11 = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (!x11) return;
    __typeof__(XSetIOErrorHandler) *set_io_handler = dlsym(x11, "XSetIOErrorHandler");
    __typeof__(XSetErrorHandler) *set_handler = dlsym(x11, "XSetErrorHandler");
    if (set_io_handler) set_io_handler(lost ? lose_server : NULL);
    if (set_handler) set_handler(lost ? note_error : NULL);
    dlclose(x11);
}

void mien_sdl_outlive_window(SDL_Window *window) {
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    bool is_on_x11 = window && sdl.SDL_GetWindowWMInfo(window, &info) && info.subsystem == SDL_SYSWM_X11;
    own_window = is_on_x11 ? info.info.x11.window : 0;
}

static void leave(int status, void *data) {
    (void)data;
    fflush(NULL);
    _exit(status);
}

void mien_sdl_abandon(void) { on_exit(leave, NULL); }
