#include "mien_heif.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../load.h"

// From libheif's heif.h, of which no released number has changed since 1.3.
typedef struct {
    int code, subcode;
    const char *message;
} heif_error;
enum { error_memory = 6, error_unsupported_file = 3, error_unsupported_feature = 4, error_plugin = 11 };
enum { colorspace_rgb = 1, chroma_rgb = 10, chroma_rgba = 11, channel_interleaved = 10 };

#define HEIF_FUNCTIONS(F)                                                                                          \
    F(void *, heif_context_alloc, (void))                                                                          \
    F(void, heif_context_free, (void *))                                                                           \
    F(int, heif_context_get_number_of_top_level_images, (void *))                                                  \
    F(heif_error, heif_context_get_primary_image_handle, (void *, void **))                                        \
    F(heif_error, heif_context_read_from_memory, (void *, const void *, size_t, const void *))                     \
    F(heif_error, heif_decode_image, (void *, void **, int, int, const void *))                                    \
    F(int, heif_image_get_height, (void *, int))                                                                   \
    F(uint8_t *, heif_image_get_plane, (void *, int, int *))                                                       \
    F(int, heif_image_get_width, (void *, int))                                                                    \
    F(int, heif_image_handle_get_height, (void *))                                                                 \
    F(int, heif_image_handle_get_width, (void *))                                                                  \
    F(int, heif_image_handle_has_alpha_channel, (void *))                                                          \
    F(void, heif_image_handle_release, (void *))                                                                   \
    F(void, heif_image_release, (void *))

#define MEMBER(result, name, arguments) result(*name) arguments;
#define ENTRY(result, name, arguments) {#name, (void **)&library.name},

static struct {
    HEIF_FUNCTIONS(MEMBER)
} library;
static char load_error[256];

static void load_heif(void) {
    static const mien_function heif[] = {HEIF_FUNCTIONS(ENTRY)};
    mien_load("libheif.so.1", heif, sizeof heif / sizeof *heif, load_error);
}

struct mien_heif {
    void *context, *handle, *image;
};

static mien_heif_status failure(heif_error error, char *message, size_t room) {
    snprintf(message, room, "%s", error.message ? error.message : "unknown error");
    switch (error.code) {
        case error_unsupported_file:
        case error_unsupported_feature:
        case error_plugin: return MIEN_HEIF_UNSUPPORTED;
        default: return MIEN_HEIF_BROKEN;
    }
}

mien_heif *mien_heif_open(
    const uint8_t *bytes, size_t count, mien_heif_info *info, mien_heif_status *status, char *message, size_t room) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_heif);
    snprintf(message, room, "%s", load_error);
    *status = MIEN_HEIF_MISSING;
    if (*load_error) return NULL;

    mien_heif *photo = calloc(1, sizeof *photo);
    if (photo) photo->context = library.heif_context_alloc();
    if (!photo || !photo->context) {
        free(photo);
        *status = failure((heif_error){.code = error_memory, .message = "out of memory"}, message, room);
        return NULL;
    }
    heif_error error = library.heif_context_read_from_memory(photo->context, bytes, count, NULL);
    if (!error.code) error = library.heif_context_get_primary_image_handle(photo->context, &photo->handle);
    if (error.code) {
        *status = failure(error, message, room);
        mien_heif_close(photo);
        return NULL;
    }
    info->width = library.heif_image_handle_get_width(photo->handle);
    info->height = library.heif_image_handle_get_height(photo->handle);
    info->pictures = library.heif_context_get_number_of_top_level_images(photo->context);
    *status = MIEN_HEIF_OK;
    return photo;
}

void mien_heif_close(mien_heif *photo) {
    if (!photo) return;
    if (photo->image) library.heif_image_release(photo->image);
    if (photo->handle) library.heif_image_handle_release(photo->handle);
    library.heif_context_free(photo->context);
    free(photo);
}

/// Puts pixels of four bytes over white, and together to three.
static void flatten(uint8_t *row, int width) {
    const uint8_t *from = row;
    for (int x = 0; x < width; x++, from += 4) {
        unsigned opaque = from[3];
        for (int c = 0; c < 3; c++) *row++ = (uint8_t)((from[c] * opaque + 255 * (255 - opaque) + 127) / 255);
    }
}

const uint8_t *mien_heif_read(
    mien_heif *photo, size_t *stride, mien_heif_status *status, char *message, size_t room) {
    bool alpha = library.heif_image_handle_has_alpha_channel(photo->handle);
    heif_error error = library.heif_decode_image(
        photo->handle, &photo->image, colorspace_rgb, alpha ? chroma_rgba : chroma_rgb, NULL);
    if (error.code) {
        *status = failure(error, message, room);
        return NULL;
    }
    int width = library.heif_image_handle_get_width(photo->handle);
    int height = library.heif_image_handle_get_height(photo->handle);
    int bytes = 0;
    uint8_t *pixels = library.heif_image_get_plane(photo->image, channel_interleaved, &bytes);
    if (!pixels || library.heif_image_get_width(photo->image, channel_interleaved) != width
        || library.heif_image_get_height(photo->image, channel_interleaved) != height) {
        *status = failure((heif_error){.message = "the picture has another size than its header says"}, message, room);
        return NULL;
    }
    *stride = (size_t)bytes;
    if (alpha)
        for (int y = 0; y < height; y++) flatten(pixels + (size_t)y * *stride, width);
    *status = MIEN_HEIF_OK;
    return pixels;
}
