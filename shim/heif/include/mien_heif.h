// libheif, loaded when the first photo in HEIC or AVIF is met: red, green and blue out, upright. Behind an opaque handle, for
// its headers aren't needed to build: what we use of it is declared beside its calls.
//
// Loading is thread-safe; a photo is one thread's at a time.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct mien_heif mien_heif;

typedef enum {
    MIEN_HEIF_OK = 0,
    MIEN_HEIF_BROKEN,
    /// A kind of picture that libheif has no decoder for.
    MIEN_HEIF_UNSUPPORTED,
    /// libheif isn't there.
    MIEN_HEIF_MISSING,
} mien_heif_status;

typedef struct {
    /// Of the main picture as displayed, in pixels, as the file's header has it.
    int32_t width;
    int32_t height;
    /// How many pictures the file holds that stand for themselves: no thumbnails, no tiles.
    int32_t pictures;
} mien_heif_info;

/// Reads the header of the file in `bytes`, which it copies. NULL where that fails: then `*status` and `message` say why.
mien_heif *_Nullable mien_heif_open(
    const uint8_t *_Nonnull bytes, size_t count, mien_heif_info *_Nonnull info, mien_heif_status *_Nonnull status,
    char *_Nonnull message, size_t room);
void mien_heif_close(mien_heif *_Nullable photo);

/// Decodes the main picture, which goes with the photo: turned, mirrored and cropped as the file says, three bytes a pixel,
/// rows `*stride` bytes apart, what is transparent over white. NULL where that fails, as above, and where it doesn't have the
/// size that the header promised.
const uint8_t *_Nullable mien_heif_read(
    mien_heif *_Nonnull photo, size_t *_Nonnull stride, mien_heif_status *_Nonnull status, char *_Nonnull message,
    size_t room);
