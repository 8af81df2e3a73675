#include "mien_assets.h"

// #embed is C23, and clang has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t cascade_bytes[] = {
#embed "../../cascades/frontalface_default.xml"
};
const mien_asset mien_asset_cascade = {cascade_bytes, sizeof cascade_bytes};
