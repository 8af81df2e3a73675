// SDL 2, loaded when a window is asked for. As with FFmpeg, the functions stand in a table of pointers, typed by SDL's own
// headers.
//
// Loading is thread-safe; SDL itself wants all calls from the thread that began it.
#pragma once
#include <SDL2/SDL.h>
#include <SDL2/SDL_syswm.h>
#include <stdbool.h>

#define MIEN_SDL_FUNCTIONS(F)       \
    F(SDL_CreateRenderer)           \
    F(SDL_CreateTexture)            \
    F(SDL_CreateWindow)             \
    F(SDL_DestroyRenderer)          \
    F(SDL_DestroyTexture)           \
    F(SDL_DestroyWindow)            \
    F(SDL_GetDisplayUsableBounds)   \
    F(SDL_GetError)                 \
    F(SDL_GetRendererOutputSize)    \
    F(SDL_GetWindowFlags)           \
    F(SDL_GetWindowWMInfo)          \
    F(SDL_Init)                     \
    F(SDL_PollEvent)                \
    F(SDL_Quit)                     \
    F(SDL_RenderClear)              \
    F(SDL_RenderCopyEx)             \
    F(SDL_RenderPresent)            \
    F(SDL_SetHint)                  \
    F(SDL_SetRenderDrawColor)       \
    F(SDL_SetWindowFullscreen)      \
    F(SDL_SetWindowTitle)           \
    F(SDL_SetYUVConversionMode)     \
    F(SDL_UpdateNVTexture)          \
    F(SDL_UpdateTexture)            \
    F(SDL_UpdateYUVTexture)

#define MIEN_SDL_MEMBER(name) __typeof__(name) *_Nonnull name;

/// What we use of it.
typedef struct {
    MIEN_SDL_FUNCTIONS(MIEN_SDL_MEMBER)
} mien_sdl;

/// The table; or NULL, and then `*error` is a text that stays.
const mien_sdl *_Nullable mien_sdl_load(const char *_Nullable *_Nonnull error);

/// From here on this program outlives the X server that `window` is on, and its window. (Xlib's way is exit(1).)
void mien_sdl_outlive_display(SDL_Window *_Nonnull window);

/// Whether one of them has gone: nothing is to be shown or closed there any more.
bool mien_sdl_has_lost_display(void);

// Function-like macros, which Swift's importer leaves out.
static const int mien_sdl_centred = SDL_WINDOWPOS_CENTERED;
