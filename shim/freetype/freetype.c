#include "mien_freetype.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <pthread.h>
#include <stdlib.h>

#include "../load.h"

#define FREETYPE_FUNCTIONS(F) \
    F(FT_Done_Face)           \
    F(FT_Done_FreeType)       \
    F(FT_Get_Char_Index)      \
    F(FT_Init_FreeType)       \
    F(FT_Load_Glyph)          \
    F(FT_New_Face)            \
    F(FT_Select_Size)         \
    F(FT_Set_Pixel_Sizes)

#define FONTCONFIG_FUNCTIONS(F) \
    F(FcCharSetAddChar)         \
    F(FcCharSetCreate)          \
    F(FcCharSetDestroy)         \
    F(FcConfigSubstitute)       \
    F(FcDefaultSubstitute)      \
    F(FcFontMatch)              \
    F(FcPatternAddCharSet)      \
    F(FcPatternAddInteger)      \
    F(FcPatternAddString)       \
    F(FcPatternCreate)          \
    F(FcPatternDestroy)         \
    F(FcPatternGetInteger)      \
    F(FcPatternGetString)

#define MEMBER(name) __typeof__(name) *name;
#define ENTRY(name) {#name, (void **)&libraries.name},

static struct {
    FREETYPE_FUNCTIONS(MEMBER)
    FONTCONFIG_FUNCTIONS(MEMBER)
} libraries;
static char load_error[256];
// Fontconfig is thread-safe, but we share its configuration with whatever else uses it: one search at a time.
static pthread_mutex_t search = PTHREAD_MUTEX_INITIALIZER;

static void load_libraries(void) {
    static const mien_function freetype[] = {FREETYPE_FUNCTIONS(ENTRY)};
    static const mien_function fontconfig[] = {FONTCONFIG_FUNCTIONS(ENTRY)};
    if (mien_load("libfreetype.so.6", freetype, sizeof freetype / sizeof *freetype, load_error))
        mien_load("libfontconfig.so.1", fontconfig, sizeof fontconfig / sizeof *fontconfig, load_error);
}

enum { most_faces = 8 };

struct mien_font {
    FT_Library library;
    /// The first is the font asked for, the others have letters that it lacks.
    FT_Face faces[most_faces];
    int count;
    bool bold;
};

/// The face that suits best, and, where `character` isn't 0, has that letter.
static FT_Face find(const mien_font *font, uint32_t character) {
    FcPattern *wish = libraries.FcPatternCreate(), *match = NULL;
    FT_Face face = NULL;
    if (!wish) return NULL;
    pthread_mutex_lock(&search);
    libraries.FcPatternAddString(wish, FC_FAMILY, (const FcChar8 *)"sans-serif");
    libraries.FcPatternAddInteger(wish, FC_WEIGHT, font->bold ? FC_WEIGHT_BOLD : FC_WEIGHT_MEDIUM);
    FcCharSet *set = character ? libraries.FcCharSetCreate() : NULL;
    if (set) {
        libraries.FcCharSetAddChar(set, character);
        libraries.FcPatternAddCharSet(wish, FC_CHARSET, set);
        libraries.FcCharSetDestroy(set);
    }
    if (libraries.FcConfigSubstitute(NULL, wish, FcMatchPattern)) {
        libraries.FcDefaultSubstitute(wish);
        FcResult result;
        match = libraries.FcFontMatch(NULL, wish, &result);
    }
    FcChar8 *file = NULL;
    int index = 0;
    if (match && libraries.FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch) {
        libraries.FcPatternGetInteger(match, FC_INDEX, 0, &index);
        if (libraries.FT_New_Face(font->library, (const char *)file, index, &face)) face = NULL;
    }
    if (match) libraries.FcPatternDestroy(match);
    libraries.FcPatternDestroy(wish);
    pthread_mutex_unlock(&search);
    if (face && character && !libraries.FT_Get_Char_Index(face, character)) {
        libraries.FT_Done_Face(face);
        face = NULL;
    }
    return face;
}

mien_font *mien_font_open(bool bold, const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_libraries);
    *error = load_error;
    if (*load_error) return NULL;
    mien_font *font = calloc(1, sizeof *font);
    *error = "no memory";
    if (!font) return NULL;
    font->bold = bold;
    *error = "no font";
    if (!libraries.FT_Init_FreeType(&font->library) && (font->faces[0] = find(font, 0))) {
        font->count = 1;
        return font;
    }
    mien_font_close(font);
    return NULL;
}

void mien_font_close(mien_font *font) {
    if (!font) return;
    // And all its faces.
    if (font->library) libraries.FT_Done_FreeType(font->library);
    free(font);
}

/// The face to take a letter from. The first one shows an empty frame for what no font has.
static FT_Face face_with(mien_font *font, uint32_t character) {
    for (int i = 0; i < font->count; i++)
        if (libraries.FT_Get_Char_Index(font->faces[i], character)) return font->faces[i];
    FT_Face found = font->count < most_faces ? find(font, character) : NULL;
    return found ? font->faces[font->count++] = found : font->faces[0];
}

bool mien_font_draw(mien_font *font, uint32_t character, int32_t size, mien_glyph *glyph) {
    FT_Face face = face_with(font, character);
    // Fonts of bitmaps have sizes of their own.
    if (libraries.FT_Set_Pixel_Sizes(face, 0, (FT_UInt)size) && libraries.FT_Select_Size(face, 0)) return false;
    FT_UInt index = libraries.FT_Get_Char_Index(face, character);
    // Light hinting keeps letters crisp from top to bottom, and as wide as they were designed.
    if (libraries.FT_Load_Glyph(face, index, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT)) return false;
    FT_GlyphSlot slot = face->glyph;
    *glyph = (mien_glyph){
        .left = slot->bitmap_left, .top = slot->bitmap_top, .advance = (float)slot->linearHoriAdvance / 65536};
    if (slot->bitmap.pixel_mode != FT_PIXEL_MODE_GRAY || !slot->bitmap.width || !slot->bitmap.rows) return true;
    glyph->bitmap = slot->bitmap.buffer;
    glyph->width = (int32_t)slot->bitmap.width;
    glyph->height = (int32_t)slot->bitmap.rows;
    glyph->stride = slot->bitmap.pitch;
    return true;
}
