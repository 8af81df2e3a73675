// libexif, for the one tag that we want. C, since its accessors are macros.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The orientation (1 to 8) that EXIF data starting with "Exif\0\0" states; 0 where it states none or is none.
int mien_exif_orientation(const uint8_t *_Nullable bytes, size_t count);
