#include "mien_exif.h"

#include <limits.h>
#include <string.h>

#include <libexif/exif-data.h>

int mien_exif_orientation(const uint8_t *bytes, size_t count) {
    static const char start[] = "Exif\0";  // and the zero that ends it
    if (!bytes || count < sizeof start || count > UINT_MAX || memcmp(bytes, start, sizeof start)) return 0;
    ExifData *data = exif_data_new_from_data(bytes, (unsigned)count);
    if (!data) return 0;
    // The thumbnail, in the next directory, may have an orientation of its own.
    ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    int orientation = 0;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    exif_data_unref(data);
    return orientation >= 1 && orientation <= 8 ? orientation : 0;
}
