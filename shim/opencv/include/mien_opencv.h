// OpenCV's Haar cascade. A shim, since OpenCV speaks C++: here C is at the border, and no exception gets out.
//
// A detector keeps working memory: one thread at a time uses it. Different detectors may run at the same time.
// OpenCV starts no threads of its own and prints nothing.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mien_detector mien_detector;

typedef struct {
    /// The ratio of each size of face that is searched for to the one before, above 1.
    double scale_factor;
    /// How many overlapping hits make a face.
    int32_t neighbours;
    /// Width of the smallest and of the largest face in pixels; 0: no bound.
    int32_t smallest;
    int32_t largest;
    /// How many threads share the work, where OpenCV doesn't do it.
    int32_t threads;
} mien_detector_parameters;

typedef struct {
    int32_t x, y, width, height;
    /// How many overlapping hits agreed on it.
    int32_t votes;
} mien_detection;

/// OpenCV's own defaults.
mien_detector_parameters mien_detector_default_parameters(void);

/// Reads a cascade, OpenCV's XML or YAML of the present or the old format, from memory that is not needed afterwards.
/// NULL where it is none; then `message`, if it has room, says why.
///
/// `plain`: OpenCV's own search, and not ours, which finds the same sooner; for comparisons.
mien_detector *mien_detector_create(
    const uint8_t *bytes, size_t count, bool plain, char *message, size_t message_size);

/// Another that searches for the same, without reading the cascade again; NULL where OpenCV does the search, or there is
/// no memory. What it is made from must not be at work meanwhile.
mien_detector *mien_detector_copy(const mien_detector *detector);

void mien_detector_destroy(mien_detector *detector);

/// Width of the smallest face that the cascade can see, in pixels.
int32_t mien_detector_window(const mien_detector *detector);

/// Finds faces in `height` rows of `width` samples that start `stride` bytes apart, and writes up to `capacity` of them.
/// Boxes may reach beyond the picture. Returns how many were written, -1 on failure; then `message` says why.
int32_t mien_detector_detect(
    mien_detector *detector, const uint8_t *samples, int32_t width, int32_t height, size_t stride,
    const mien_detector_parameters *parameters, mien_detection *detections, int32_t capacity,
    char *message, size_t message_size);

#ifdef __cplusplus
}
#endif
