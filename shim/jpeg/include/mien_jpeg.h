// libjpeg-turbo: luma only, so that chroma costs nothing. C, since its errors jump (setjmp) and its calls are macros.
//
// A decoder is used by one thread at a time, for any number of pictures; it keeps its memory between them.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct mien_jpeg mien_jpeg;

typedef enum {
    MIEN_JPEG_OK = 0,
    /// No JPEG, or so damaged that nothing can be made of it.
    MIEN_JPEG_BROKEN,
    /// A kind that libjpeg doesn't decode: 12 bits, lossless, ...
    MIEN_JPEG_UNSUPPORTED,
    /// The picture ends before its last row.
    MIEN_JPEG_CUT,
    /// All of the picture is there, and its end marker isn't.
    MIEN_JPEG_UNENDED,
} mien_jpeg_status;

typedef struct {
    int32_t width;
    int32_t height;
    /// EXIF's, 1 to 8; 1 where there is none.
    int32_t orientation;
} mien_jpeg_info;

/// NULL when memory has run out.
mien_jpeg *_Nullable mien_jpeg_create(void);
void mien_jpeg_destroy(mien_jpeg *_Nullable decoder);

/// Reads the header of a picture, whose bytes must stay until `mien_jpeg_read` is done.
mien_jpeg_status mien_jpeg_begin(
    mien_jpeg *_Nonnull decoder, const uint8_t *_Nonnull bytes, size_t count, mien_jpeg_info *_Nonnull info);

/// Decodes the picture as stored (not turned), full range, rows `stride` bytes apart. What went wrong on the way without
/// spoiling it all is counted in `*warnings`.
mien_jpeg_status mien_jpeg_read(
    mien_jpeg *_Nonnull decoder, uint8_t *_Nonnull luma, size_t stride, int32_t *_Nonnull warnings);

/// What went wrong last, in libjpeg's words.
const char *_Nonnull mien_jpeg_message(const mien_jpeg *_Nonnull decoder);

/// How often data was wrong or missing in the last picture. Not counted, since they spoil nothing and many webcams send
/// such pictures: a missing end marker, and bytes between markers.
int32_t mien_jpeg_damage(const mien_jpeg *_Nonnull decoder);
