#include "mien_assets.h"

// #embed is C23, and clang has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t cascade_bytes[] = {
#embed "../../cascades/frontalface_alt2.xml"
};
const mien_asset mien_asset_cascade = {cascade_bytes, sizeof cascade_bytes};

static const uint8_t demo_faces_bytes[] = {
#embed "demo-faces.gray"
};
const mien_asset mien_asset_demo_faces = {demo_faces_bytes, sizeof demo_faces_bytes};

static const uint8_t model_bytes[] = {
#embed "../../models/mien.onnx"
};
const mien_asset mien_asset_model = {model_bytes, sizeof model_bytes};

static const uint8_t aligner_bytes[] = {
#embed "../../models/aligner.onnx"
};
const mien_asset mien_asset_aligner = {aligner_bytes, sizeof aligner_bytes};

static const uint8_t report_style_bytes[] = {
#embed "report.css"
};
const mien_asset mien_asset_report_style = {report_style_bytes, sizeof report_style_bytes};

static const uint8_t report_script_bytes[] = {
#embed "report.js"
};
const mien_asset mien_asset_report_script = {report_script_bytes, sizeof report_script_bytes};
