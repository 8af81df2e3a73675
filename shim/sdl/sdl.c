#include "mien_sdl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
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

static atomic_bool has_lost_display;

// Xlib goes on without the server where these return; all calls are empty then. (XSetIOErrorExitHandler(3), libX11 1.7)
static int note_server(Display *display) {
    (void)display;
    atomic_store(&has_lost_display, true);
    return 0;
}

static void go_on(Display *display, void *data) { (void)display, (void)data; }

static int note_error(Display *display, XErrorEvent *error) {
    (void)display;
    if (error->error_code == BadWindow || error->error_code == BadDrawable) atomic_store(&has_lost_display, true);
    return 0;
}

// What OpenGL's drivers have for the end of a program waits for the server, too.
static void leave(int status, void *data) {
    (void)data;
    if (!atomic_load(&has_lost_display)) return;
    fflush(NULL);
    _exit(status);
}

void mien_sdl_outlive_display(SDL_Window *window) {
    atomic_store(&has_lost_display, false);
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    // The library that SDL has loaded, if it is X that it draws with.
    void *x11 = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (!x11 || !sdl.SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11) return;
    __typeof__(XSetIOErrorHandler) *set_io_handler = dlsym(x11, "XSetIOErrorHandler");
    __typeof__(XSetErrorHandler) *set_handler = dlsym(x11, "XSetErrorHandler");
    void (*set_exit_handler)(Display *, void (*)(Display *, void *), void *) = dlsym(x11, "XSetIOErrorExitHandler");
    if (set_handler) set_handler(note_error);
    if (!set_io_handler || !set_exit_handler) return;
    on_exit(leave, NULL);
    set_io_handler(note_server);
    set_exit_handler(info.info.x11.display, go_on, NULL);
}

bool mien_sdl_has_lost_display(void) { return atomic_load(&has_lost_display); }
