// Letters: FreeType draws them, fontconfig finds the fonts. Both are loaded when the first font is opened, for most runs
// draw nothing. Behind an opaque handle, since the headers lie where Swift's importer doesn't look.
//
// Opening is thread-safe; one thread at a time uses a font.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct mien_font mien_font;

/// One letter, drawn.
typedef struct {
    /// Coverage, 0 to 255. The font's until the next letter is drawn; NULL where there is nothing to see.
    const uint8_t *_Nullable bitmap;
    int32_t width, height, stride;
    /// From the pen to the bitmap's left edge, and up from the base line to its top edge.
    int32_t left, top;
    /// To where the pen goes next, in pixels.
    float advance;
} mien_glyph;

/// The user's sans-serif font. NULL where libraries or fonts are missing, and then `*error` is a text that stays.
mien_font *_Nullable mien_font_open(bool bold, const char *_Nullable *_Nonnull error);
void mien_font_close(mien_font *_Nullable font);

/// Draws a letter `size` pixels high (the em), from another font where this one lacks it. False where that can't be done.
bool mien_font_draw(mien_font *_Nonnull font, uint32_t character, int32_t size, mien_glyph *_Nonnull glyph);
