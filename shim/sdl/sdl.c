#include "mien_sdl.h"

#include <pthread.h>

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
