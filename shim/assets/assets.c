#include "mien_assets.h"

static const uint8_t cascade_bytes[] = {
#embed "../../cascades/frontalface_default.xml"
};
const mien_asset mien_asset_cascade = {cascade_bytes, sizeof cascade_bytes};
