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
    F(SDL_ShowWindow)               \
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

/// From here on this program outlives the X server that it shows a window on. (Xlib's way is exit(1).) The thread that
/// finds it gone calls `lost`, and then stands still for good. NULL: Xlib's way again.
void mien_sdl_outlive_display(void (*_Nullable lost)(void *_Nullable), void *_Nullable context);

/// The same for the window, which others may close. NULL: for none.
void mien_sdl_outlive_window(SDL_Window *_Nullable window);

/// This program ends without what drivers have for its end, since their threads may never be done.
void mien_sdl_abandon(void);

// Function-like macros, which Swift's importer leaves out.
static const int mien_sdl_centred = SDL_WINDOWPOS_CENTERED;
