// What the binary carries, so that it starts in any directory. A shim, since Swift has no #embed.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
} mien_asset;

/// The Haar cascade that finds faces unless another is asked for: OpenCV's XML.
extern const mien_asset mien_asset_cascade;

/// The demo's faces: 6 planes of 48x48 bytes (angry, fear, happy, neutral, sad, surprise), made by scripts/demo-faces.
extern const mien_asset mien_asset_demo_faces;

/// The network that names expressions unless another is asked for: ONNX, made by `mien train`. Its card stands beside
/// it in models/.
extern const mien_asset mien_asset_model;

/// The network that follows faces from frame to frame: ONNX, made by `mien train-aligner`. Its card stands beside it in
/// models/.
extern const mien_asset mien_asset_aligner;

/// What a report's page looks like, and how its drawings are drawn and zoomed: CSS and JavaScript.
extern const mien_asset mien_asset_report_style;
extern const mien_asset mien_asset_report_script;
