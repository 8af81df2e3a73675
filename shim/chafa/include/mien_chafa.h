// Pictures in a terminal, through libchafa, which is loaded when the first is wanted. Behind an opaque handle: its headers
// are declared here as far as we use them, for they need those of GLib, which no one place holds.
//
// Loading is thread-safe; one thread at a time uses a handle.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mien_chafa mien_chafa;

/// How pictures reach a terminal. The numbers are libchafa's.
typedef enum { mien_chafa_symbols, mien_chafa_sixels, mien_chafa_kitty } mien_chafa_protocol;

/// `*protocol` is what the environment says of the terminal. NULL where the library is missing, and then `*error` is a text
/// that stays.
mien_chafa *_Nullable mien_chafa_open(
    bool unicode, mien_chafa_protocol *_Nonnull protocol, const char *_Nullable *_Nonnull error);
void mien_chafa_close(mien_chafa *_Nullable chafa);

/// What to send to the terminal to show a picture of red, green and blue bytes in so many cells, each of so many pixels.
/// For symbols, lines with a newline between them. Valid until the next call; NULL where that can't be done.
const char *_Nullable mien_chafa_print(
    mien_chafa *_Nonnull chafa, mien_chafa_protocol protocol, const uint8_t *_Nonnull pixels, int32_t width,
    int32_t height, int32_t stride, int32_t columns, int32_t rows, int32_t cell_width, int32_t cell_height,
    size_t *_Nonnull length);
