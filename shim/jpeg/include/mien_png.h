// libpng: luma in, colours out. C, since its errors jump (setjmp).
//
// A decoder is for one picture and one thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct mien_png mien_png;

typedef struct {
    int32_t width;
    int32_t height;
    /// EXIF's, 1 to 8; 1 where there is none. It may stand behind the pixels, and is known for sure once these are read.
    int32_t orientation;
} mien_png_info;

/// Reads the header of the picture in `bytes`, which must stay as long as the decoder. NULL where it is broken: then
/// `message` has the reason.
mien_png *_Nullable mien_png_open(
    const uint8_t *_Nonnull bytes, size_t count, mien_png_info *_Nonnull info, char *_Nonnull message, size_t room);
void mien_png_close(mien_png *_Nullable decoder);

/// Decodes the picture as stored (not turned), rows `stride` bytes apart: BT.601 luma of the values as stored, what is
/// transparent over white. Once only. Returns 0 and the orientation, or -1 with the reason in `message`.
int mien_png_read(
    mien_png *_Nonnull decoder, uint8_t *_Nonnull luma, size_t stride, int32_t *_Nonnull orientation,
    char *_Nonnull message, size_t room);

/// Makes a PNG of red, green and blue bytes, rows `stride` bytes apart; NULL where there is no memory. For the caller to
/// free().
uint8_t *_Nullable mien_png_encode(
    const uint8_t *_Nonnull rgb, int32_t width, int32_t height, size_t stride, size_t *_Nonnull size);
