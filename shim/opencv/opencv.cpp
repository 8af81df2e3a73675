#include "mien_opencv.h"

#include "haar.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

struct mien_detector {
    /// Null where OpenCV does all of it.
    std::unique_ptr<Haar> haar;
    cv::CascadeClassifier classifier;
    std::vector<cv::Rect> boxes;
    std::vector<int> votes;
};

namespace {

/// Once in the life of the process: OpenCV keeps quiet, and to one thread.
void settle() {
    static const bool settled = [] {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        cv::redirectError([](int, const char *, const char *, const char *, int, void *) { return 0; });
        cv::setNumThreads(0);
        return true;
    }();
    (void)settled;
}

void say(const char *what, char *message, size_t size) {
    if (message && size > 0) std::snprintf(message, size, "%s", what);
}

/// Runs `body` and gives what it returns; whatever it throws becomes a message and `failure`.
template <typename Result, typename Body>
Result guarded(Result failure, char *message, size_t size, Body body) noexcept {
    try {
        settle();
        return body();
    } catch (const cv::Exception &error) {
        // `what()` would add OpenCV's version, file and line.
        say(error.err.c_str(), message, size);
    } catch (const std::exception &error) {
        say(error.what(), message, size);
    } catch (...) {
        say("unknown failure in OpenCV", message, size);
    }
    return failure;
}

bool read(mien_detector &detector, const std::string &text, bool plain) {
    cv::FileStorage storage(text, cv::FileStorage::READ | cv::FileStorage::MEMORY);
    if (!storage.isOpened()) return false;
    if (!plain) detector.haar = Haar::read(storage.getFirstTopLevelNode());
    return detector.haar || detector.classifier.read(storage.getFirstTopLevelNode());
}

/// OpenCV converts cascades of the old format too, but only those that have a file name.
bool read_old(cv::CascadeClassifier &classifier, const uint8_t *bytes, size_t count) {
    const int file = memfd_create("cascade", MFD_CLOEXEC);
    if (file < 0) return false;
    bool found = false;
    try {
        found = write(file, bytes, count) == static_cast<ssize_t>(count)
            && classifier.load("/proc/self/fd/" + std::to_string(file));
    } catch (const std::exception &) {
        // Then it isn't one of those either.
    }
    close(file);
    return found;
}

}  // namespace

mien_detector_parameters mien_detector_default_parameters(void) { return {1.1, 3, 0, 0, 1}; }

mien_detector *mien_detector_create(
    const uint8_t *bytes, size_t count, bool plain, char *message, size_t message_size
) {
    return guarded<mien_detector *>(nullptr, message, message_size, [&]() -> mien_detector * {
        auto detector = std::make_unique<mien_detector>();
        const std::string text(reinterpret_cast<const char *>(bytes), count);
        if (!read(*detector, text, plain) && !read_old(detector->classifier, bytes, count)) {
            say("it holds no cascade", message, message_size);
            return nullptr;
        }
        return detector.release();
    });
}

mien_detector *mien_detector_copy(const mien_detector *detector) {
    return guarded<mien_detector *>(nullptr, nullptr, 0, [&]() -> mien_detector * {
        if (!detector->haar) return nullptr;
        auto copy = std::make_unique<mien_detector>();
        copy->haar = std::make_unique<Haar>(*detector->haar);
        return copy.release();
    });
}

void mien_detector_destroy(mien_detector *detector) { delete detector; }

int32_t mien_detector_window(const mien_detector *detector) {
    return guarded<int32_t>(1, nullptr, 0, [&] {
        return (detector->haar ? detector->haar->window : detector->classifier.getOriginalWindowSize()).width;
    });
}

int32_t mien_detector_detect(
    mien_detector *detector, const uint8_t *samples, int32_t width, int32_t height, size_t stride,
    const mien_detector_parameters *parameters, mien_detection *detections, int32_t capacity,
    char *message, size_t message_size
) {
    return guarded<int32_t>(-1, message, message_size, [&] {
        // Only read from: OpenCV has no type for that.
        const cv::Mat picture(height, width, CV_8UC1, const_cast<uint8_t *>(samples), stride);
        auto &boxes = detector->boxes;
        if (detector->haar) {
            detector->haar->search(
                picture, parameters->scale_factor, parameters->smallest, parameters->largest, parameters->threads,
                boxes);
            // As detectMultiScale does it.
            cv::groupRectangles(boxes, detector->votes, parameters->neighbours, 0.2);
        } else {
            detector->classifier.detectMultiScale(
                picture, boxes, detector->votes, parameters->scale_factor, parameters->neighbours, 0,
                cv::Size(parameters->smallest, parameters->smallest),
                cv::Size(parameters->largest, parameters->largest));
        }
        const auto count = std::min<size_t>(boxes.size(), std::max(capacity, 0));
        for (size_t index = 0; index < count; index++) {
            const cv::Rect &box = boxes[index];
            detections[index] = {box.x, box.y, box.width, box.height, detector->votes[index]};
        }
        return static_cast<int32_t>(count);
    });
}
