#include "mien_jpeg.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "mien_exif.h"

struct mien_jpeg {
    struct jpeg_error_mgr errors;  // first: libjpeg hands it back by its address
    struct jpeg_decompress_struct picture;
    jmp_buf failed;
    bool cut;
    int32_t damage;
    char message[JMSG_LENGTH_MAX];
    // Rows of inks, for pictures made for print.
    uint8_t *inks;
};

static void fail(j_common_ptr picture) {
    mien_jpeg *decoder = (mien_jpeg *)picture->err;
    picture->err->format_message(picture, decoder->message);
    longjmp(decoder->failed, 1);
}

static void note(j_common_ptr picture, int level) {
    if (level >= 0) return;  // traces
    mien_jpeg *decoder = (mien_jpeg *)picture->err;
    picture->err->num_warnings++;
    int code = picture->err->msg_code;
    if (code == JWRN_JPEG_EOF) decoder->cut = true;
    if (code != JWRN_JPEG_EOF && code != JWRN_EXTRANEOUS_DATA) decoder->damage++;
    picture->err->format_message(picture, decoder->message);
}

mien_jpeg *mien_jpeg_create(void) {
    mien_jpeg *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->picture.err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = fail;
    decoder->errors.emit_message = note;
    if (setjmp(decoder->failed)) {
        free(decoder);
        return NULL;
    }
    jpeg_create_decompress(&decoder->picture);
    jpeg_save_markers(&decoder->picture, JPEG_APP0 + 1, 0xFFFF);
    return decoder;
}

void mien_jpeg_destroy(mien_jpeg *decoder) {
    if (!decoder) return;
    jpeg_destroy_decompress(&decoder->picture);
    free(decoder->inks);
    free(decoder);
}

static mien_jpeg_status failure(mien_jpeg *decoder) {
    jpeg_abort_decompress(&decoder->picture);
    switch (decoder->errors.msg_code) {
        case JERR_SOF_UNSUPPORTED:
        case JERR_BAD_PRECISION:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_ARITH_NOTIMPL:
        case JERR_NOTIMPL:
        case JERR_NOT_COMPILED: return MIEN_JPEG_UNSUPPORTED;
        case JERR_INPUT_EOF:
        case JERR_NO_IMAGE: return MIEN_JPEG_CUT;
        default: return decoder->cut ? MIEN_JPEG_CUT : MIEN_JPEG_BROKEN;
    }
}

mien_jpeg_status mien_jpeg_begin(mien_jpeg *decoder, const uint8_t *bytes, size_t count, mien_jpeg_info *info) {
    struct jpeg_decompress_struct *picture = &decoder->picture;
    decoder->message[0] = 0;
    decoder->cut = false;
    decoder->damage = 0;
    if (setjmp(decoder->failed)) return failure(decoder);
    jpeg_abort_decompress(picture);
    decoder->errors.num_warnings = 0;
    jpeg_mem_src(picture, bytes, count);
    jpeg_read_header(picture, TRUE);
    info->width = (int32_t)picture->image_width;
    info->height = (int32_t)picture->image_height;
    info->orientation = 1;
    for (jpeg_saved_marker_ptr marker = picture->marker_list; marker; marker = marker->next) {
        int found = mien_exif_orientation(marker->data, marker->data_length);
        if (found) info->orientation = found;
    }
    return MIEN_JPEG_OK;
}

/// Luma of inks by BT.601's weights. Adobe's programs, which make such pictures, store them inverted: 255 is no ink.
static void print_to_luma(const uint8_t *inks, uint8_t *luma, JDIMENSION count, bool inverted) {
    for (JDIMENSION x = 0; x < count; x++, inks += 4) {
        unsigned flip = inverted ? 0 : 255;
        unsigned light = 299 * (inks[0] ^ flip) + 587 * (inks[1] ^ flip) + 114 * (inks[2] ^ flip);
        luma[x] = (uint8_t)((light * (inks[3] ^ flip) + 127500) / 255000);
    }
}

/// Whether data is missing. In sequential pictures that is damage; of a progressive one whole scans may be, each of which
/// would have made it finer.
static bool is_incomplete(const mien_jpeg *decoder) {
    const struct jpeg_decompress_struct *picture = &decoder->picture;
    if (decoder->damage) return true;
    for (int c = 0; picture->progressive_mode && picture->coef_bits && c < picture->num_components; c++)
        for (int k = 0; k < DCTSIZE2; k++)
            if (picture->coef_bits[c][k]) return true;
    return false;
}

mien_jpeg_status mien_jpeg_read(mien_jpeg *decoder, uint8_t *luma, size_t stride, int32_t *warnings) {
    struct jpeg_decompress_struct *picture = &decoder->picture;
    if (setjmp(decoder->failed)) return failure(decoder);
    bool print = picture->jpeg_color_space == JCS_CMYK || picture->jpeg_color_space == JCS_YCCK;
    picture->out_color_space = print ? JCS_CMYK : JCS_GRAYSCALE;
    if (print) {
        uint8_t *inks = realloc(decoder->inks, 4 * (size_t)picture->image_width);
        if (!inks) ERREXIT1(picture, JERR_OUT_OF_MEMORY, 0);
        decoder->inks = inks;
    }
    jpeg_start_decompress(picture);
    while (picture->output_scanline < picture->output_height) {
        uint8_t *row = luma + picture->output_scanline * stride;
        JSAMPROW target = print ? decoder->inks : row;
        jpeg_read_scanlines(picture, &target, 1);
        if (print) print_to_luma(decoder->inks, row, picture->output_width, picture->saw_Adobe_marker);
    }
    *warnings = (int32_t)decoder->errors.num_warnings;
    mien_jpeg_status status = !decoder->cut ? MIEN_JPEG_OK : is_incomplete(decoder) ? MIEN_JPEG_CUT : MIEN_JPEG_UNENDED;
    jpeg_finish_decompress(picture);
    return status;
}

const char *mien_jpeg_message(const mien_jpeg *decoder) { return decoder->message; }

int32_t mien_jpeg_damage(const mien_jpeg *decoder) { return decoder->damage; }
