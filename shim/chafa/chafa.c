#include "mien_chafa.h"

#include <pthread.h>
#include <stdlib.h>

#include "../load.h"

// From chafa.h and glib.h, of which no released number has changed since.
typedef struct {
    char *text;
    size_t length, allocated;
} g_string;
enum { pixel_rgb8 = 8 };
enum { mode_truecolor = 0, mode_240 = 2, mode_16 = 3 };
enum { seq_fgbg_direct = 33, seq_fgbg_256 = 36, seq_sixels = 40, seq_kitty = 43 };
enum { tag_space = 1, tag_block = 8, tag_border = 16, tag_quad = 128, tag_half = 768, tag_ascii = 16384 };

#define CHAFA_FUNCTIONS(F)                                                             \
    F(void, chafa_canvas_config_set_canvas_mode, (void *, int))                        \
    F(void, chafa_canvas_config_set_cell_geometry, (void *, int, int))                 \
    F(void, chafa_canvas_config_set_geometry, (void *, int, int))                      \
    F(void, chafa_canvas_config_set_pixel_mode, (void *, int))                         \
    F(void, chafa_canvas_config_set_symbol_map, (void *, void *))                      \
    F(void, chafa_canvas_config_unref, (void *))                                       \
    F(void *, chafa_canvas_config_new, (void))                                         \
    F(void, chafa_canvas_draw_all_pixels, (void *, int, const uint8_t *, int, int, int)) \
    F(void *, chafa_canvas_new, (void *))                                              \
    F(g_string *, chafa_canvas_print, (void *, void *))                                \
    F(void, chafa_canvas_unref, (void *))                                              \
    F(void, chafa_symbol_map_add_by_tags, (void *, int))                               \
    F(void *, chafa_symbol_map_new, (void))                                            \
    F(void, chafa_symbol_map_unref, (void *))                                          \
    F(void *, chafa_term_db_detect, (void *, char **))                                 \
    F(void *, chafa_term_db_get_default, (void))                                       \
    F(void *, chafa_term_db_get_fallback_info, (void *))                               \
    F(int, chafa_term_info_have_seq, (void *, int))                                    \
    F(void, chafa_term_info_unref, (void *))

#define MEMBER(result, name, arguments) result(*name) arguments;
#define ENTRY(result, name, arguments) {#name, (void **)&library.name},

static struct {
    CHAFA_FUNCTIONS(MEMBER)
    char *(*g_string_free)(g_string *, int);
} library;
static char load_error[256];

static void load_chafa(void) {
    static const mien_function chafa[] = {CHAFA_FUNCTIONS(ENTRY)};
    static const mien_function glib[] = {{"g_string_free", (void **)&library.g_string_free}};
    if (mien_load("libchafa.so.0", chafa, sizeof chafa / sizeof *chafa, load_error))
        mien_load("libglib-2.0.so.0", glib, 1, load_error);
}

struct mien_chafa {
    void *terminal, *symbols;
    /// The last one made, and for what.
    void *canvas;
    int protocol, columns, rows, cell_width, cell_height;
    int mode;
    g_string *printed;
};

mien_chafa *mien_chafa_open(bool unicode, mien_chafa_protocol *protocol, const char **error) {
    extern char **environ;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_chafa);
    *error = load_error;
    if (*load_error) return NULL;
    *error = "no memory";
    mien_chafa *chafa = calloc(1, sizeof *chafa);
    if (!chafa) return NULL;
    void *database = library.chafa_term_db_get_default();
    void *found = library.chafa_term_db_detect(database, environ);
    int (*has)(void *, int) = library.chafa_term_info_have_seq;
    *protocol = has(found, seq_kitty) ? mien_chafa_kitty : has(found, seq_sixels) ? mien_chafa_sixels : mien_chafa_symbols;
    chafa->mode = has(found, seq_fgbg_direct) ? mode_truecolor : has(found, seq_fgbg_256) ? mode_240 : mode_16;
    library.chafa_term_info_unref(found);
    // It knows all sequences, also those that only the terminal itself has told of.
    chafa->terminal = library.chafa_term_db_get_fallback_info(database);
    chafa->symbols = library.chafa_symbol_map_new();
    library.chafa_symbol_map_add_by_tags(
        chafa->symbols, unicode ? tag_space | tag_block | tag_border | tag_quad | tag_half : tag_ascii);
    return chafa;
}

void mien_chafa_close(mien_chafa *chafa) {
    if (!chafa) return;
    if (chafa->printed) library.g_string_free(chafa->printed, 1);
    if (chafa->canvas) library.chafa_canvas_unref(chafa->canvas);
    library.chafa_symbol_map_unref(chafa->symbols);
    library.chafa_term_info_unref(chafa->terminal);
    free(chafa);
}

const char *mien_chafa_print(
    mien_chafa *chafa, mien_chafa_protocol protocol, const uint8_t *pixels, int32_t width, int32_t height,
    int32_t stride, int32_t columns, int32_t rows, int32_t cell_width, int32_t cell_height, size_t *length) {
    if (chafa->canvas
        && (chafa->protocol != (int)protocol || chafa->columns != columns || chafa->rows != rows
            || chafa->cell_width != cell_width || chafa->cell_height != cell_height)) {
        library.chafa_canvas_unref(chafa->canvas);
        chafa->canvas = NULL;
    }
    if (!chafa->canvas) {
        void *config = library.chafa_canvas_config_new();
        library.chafa_canvas_config_set_geometry(config, columns, rows);
        library.chafa_canvas_config_set_cell_geometry(config, cell_width, cell_height);
        library.chafa_canvas_config_set_pixel_mode(config, protocol);
        library.chafa_canvas_config_set_canvas_mode(config, protocol == mien_chafa_symbols ? chafa->mode : mode_truecolor);
        library.chafa_canvas_config_set_symbol_map(config, chafa->symbols);
        chafa->canvas = library.chafa_canvas_new(config);
        library.chafa_canvas_config_unref(config);
        chafa->protocol = protocol;
        chafa->columns = columns, chafa->rows = rows;
        chafa->cell_width = cell_width, chafa->cell_height = cell_height;
    }
    library.chafa_canvas_draw_all_pixels(chafa->canvas, pixel_rgb8, pixels, width, height, stride);
    if (chafa->printed) library.g_string_free(chafa->printed, 1);
    chafa->printed = library.chafa_canvas_print(chafa->canvas, chafa->terminal);
    if (!chafa->printed) return NULL;
    *length = chafa->printed->length;
    return chafa->printed->text;
}
