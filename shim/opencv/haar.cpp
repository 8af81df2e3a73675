#include "haar.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

namespace {

constexpr int lanes = 8;
using Words = uint32_t __attribute__((vector_size(32)));
using Ints = int32_t __attribute__((vector_size(32)));
using Floats = float __attribute__((vector_size(32)));
using Doubles = double __attribute__((vector_size(64)));

/// Deeper trees than this are left to OpenCV; its own have one or two nodes.
constexpr int most_nodes = 8;
/// Where fewer windows of eight are left, each is tried alone.
constexpr int fewest_together = 2;
/// What OpenCV takes from a stage's threshold.
constexpr float leniency = 1e-5f;

bool has_vectors() {
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2");
#else
    return true;
#endif
}

int difference(const uint32_t *corner, const int *corners) {
    return static_cast<int>(corner[corners[0]] - corner[corners[1]] - corner[corners[2]] + corner[corners[3]]);
}

/// The factor that evens out a window's contrast; 0 where there is too little of it.
float norm(double area, int sum, int squares) {
    const double variance = area * squares - static_cast<double>(sum) * sum;
    if (!(variance > 0)) return 0;
    const auto norm = static_cast<float>(1 / std::sqrt(variance));
    return area * norm < 1e-1 ? norm : 0;
}

}  // namespace

// MARK: Reading

std::unique_ptr<Haar> Haar::read(const cv::FileNode &root) {
    auto haar = std::make_unique<Haar>();
    const cv::FileNode features = root["features"], stages = root["stages"];
    if (!has_vectors() || static_cast<std::string>(root["stageType"]) != "BOOST"
        || static_cast<std::string>(root["featureType"]) != "HAAR" || !features.isSeq() || !stages.isSeq())
        return nullptr;
    haar->window = cv::Size(static_cast<int>(root["width"]), static_cast<int>(root["height"]));
    // The sum of a window's squares has to fit 31 bits.
    if (std::min(haar->window.width, haar->window.height) < 3 || haar->window.area() > 1 << 15) return nullptr;

    std::vector<std::vector<Rectangle>> rectangles;
    for (const auto &feature : features) {
        if (!feature["tilted"].empty() && static_cast<int>(feature["tilted"]) != 0) return nullptr;
        auto &read = rectangles.emplace_back();
        for (const auto &rectangle : feature["rects"]) {
            if (rectangle.size() != 5) return nullptr;
            const cv::Rect place(
                static_cast<int>(rectangle[0]), static_cast<int>(rectangle[1]), static_cast<int>(rectangle[2]),
                static_cast<int>(rectangle[3]));
            if ((place & cv::Rect({}, haar->window)) != place) return nullptr;
            read.push_back({place, static_cast<float>(rectangle[4])});
        }
        if (read.size() < 2 || read.size() > 3) return nullptr;
        read.resize(3);
    }

    for (const auto &stage : stages) {
        const auto threshold = static_cast<float>(stage["stageThreshold"]) - leniency;
        haar->stages.push_back({static_cast<int>(haar->trees.size()), 0, threshold});
        for (const auto &tree : stage["weakClassifiers"]) {
            const cv::FileNode inner = tree["internalNodes"], outer = tree["leafValues"];
            const int count = static_cast<int>(inner.size() / 4);
            if (count < 1 || count > most_nodes || inner.size() % 4 || outer.size() != static_cast<size_t>(count + 1))
                return nullptr;
            haar->trees.push_back(
                {static_cast<int>(haar->nodes.size()), count, static_cast<int>(haar->leaves.size())});
            haar->stages.back().tree_count++;
            for (int index = 0; index < count; index++) {
                const int below = inner[4 * index], above = inner[4 * index + 1], feature = inner[4 * index + 2];
                const auto leads_on = [&](int next) { return next > 0 ? next > index && next < count : -next <= count; };
                if (!leads_on(below) || !leads_on(above) || feature < 0
                    || feature >= static_cast<int>(rectangles.size()))
                    return nullptr;
                Node node = {{}, static_cast<float>(inner[4 * index + 3]), below, above, {}};
                std::copy_n(rectangles[feature].begin(), 3, node.rectangles);
                haar->nodes.push_back(node);
            }
            for (const auto &leaf : outer) haar->leaves.push_back(static_cast<float>(leaf));
        }
    }
    return haar->stages.empty() ? nullptr : std::move(haar);
}

// MARK: The pyramid

void Haar::search(
    const cv::Mat &picture, double factor, int smallest, int largest, std::vector<cv::Rect> &found
) {
    found.clear();
    for (const float scale : scales(picture.size(), factor, smallest, largest)) {
        const cv::Size size(cvRound(picture.cols / scale), cvRound(picture.rows / scale));
        const int step = scale >= 2 ? 1 : 2;
        // Rows don't get shorter again: corners stay where they are from one picture to the next.
        const int needed = (size.width + 1 + 2 * lanes + 1) / 2 * 2;
        lay({std::max(layout.stride, needed), step});
        if (size == picture.size()) {
            sum(picture);
        } else {
            cv::resize(picture, reduced, size, 1. / scale, 1. / scale, cv::INTER_LINEAR_EXACT);
            sum(reduced);
        }
        search(scale, size, found);
    }
}

/// The sizes that are searched, as multiples of the window's; OpenCV's choice.
std::vector<float> Haar::scales(cv::Size picture, double factor, int smallest, int largest) const {
    std::vector<float> all, chosen;
    const auto size = [&](float scale) {
        return cv::Size(cvRound(window.width * scale), cvRound(window.height * scale));
    };
    for (double scale = 1;; scale *= factor) {
        const cv::Size exact(cvRound(window.width * scale), cvRound(window.height * scale));
        if (exact.width > picture.width || exact.height > picture.height) break;
        all.push_back(static_cast<float>(scale));
    }
    const cv::Size limit = largest > 0 ? cv::Size(largest, largest) : picture;
    for (const float scale : all) {
        if (size(scale).width > limit.width || size(scale).height > limit.height) break;
        if (size(scale).width >= smallest && size(scale).height >= smallest) chosen.push_back(scale);
    }
    if (chosen.empty() && !all.empty()) {
        // None lies between the bounds: the one that is nearest.
        const auto distance = [&](float scale) {
            return std::hypot(smallest - size(scale).width, smallest - size(scale).height);
        };
        chosen.push_back(*std::min_element(
            all.begin(), all.end(), [&](float one, float other) { return distance(one) < distance(other); }));
    }
    return chosen;
}

/// Makes offsets of places.
void Haar::lay(Layout wanted) {
    if (wanted == layout) return;
    layout = wanted;
    const auto mark = [&](const cv::Rect &place, int *corners) {
        corners[0] = layout.offset(place.x, place.y);
        corners[1] = layout.offset(place.x + place.width, place.y);
        corners[2] = layout.offset(place.x, place.y + place.height);
        corners[3] = layout.offset(place.x + place.width, place.y + place.height);
    };
    mark(cv::Rect(1, 1, window.width - 2, window.height - 2), contrast);
    for (Node &node : nodes)
        for (int index = 0; index < 3; index++) mark(node.rectangles[index].place, node.corners[index]);
}

/// Fills `sums` and `squares`.
void Haar::sum(const cv::Mat &picture) {
    const size_t count = static_cast<size_t>(picture.rows + 1) * layout.stride + lanes;
    if (sums.size() < count) {
        sums.resize(count);
        squares.resize(count);
    }
    std::fill_n(sums.begin(), layout.stride, 0);
    std::fill_n(squares.begin(), layout.stride, 0);
    const int odd = layout.step == 1 ? 1 : layout.stride / 2, next = layout.step == 1 ? 2 : 1;
    for (int y = 0; y < picture.rows; y++) {
        const uint8_t *samples = picture.ptr(y);
        const size_t above = static_cast<size_t>(y) * layout.stride, here = above + layout.stride;
        uint32_t sum = 0, square = 0;
        sums[here] = squares[here] = 0;
        const auto add = [&](int x, size_t place) {
            sum += samples[x];
            square += samples[x] * samples[x];
            sums[here + place] = sums[above + place] + sum;
            squares[here + place] = squares[above + place] + square;
        };
        // The sum left of column x + 1 has that column's place.
        size_t pair = 0;
        int x = 0;
        for (; x + 1 < picture.cols; x += 2, pair += next) {
            add(x, pair + odd);
            add(x + 1, pair + next);
        }
        if (x < picture.cols) add(x, pair + odd);
    }
}

// MARK: Windows

bool Haar::passes(size_t first, const uint32_t *corner, float norm) const {
    for (size_t index = first; index < stages.size(); index++) {
        const Stage &stage = stages[index];
        double total = 0;
        for (const Tree *tree = &trees[stage.tree], *end = tree + stage.tree_count; tree != end; tree++) {
            int next = 0;
            do {
                const Node &node = nodes[tree->node + next];
                float value = node.rectangles[0].weight * difference(corner, node.corners[0])
                    + node.rectangles[1].weight * difference(corner, node.corners[1]);
                if (node.rectangles[2].weight != 0)
                    value += node.rectangles[2].weight * difference(corner, node.corners[2]);
                next = value * norm < node.threshold ? node.below : node.above;
            } while (next > 0);
            total += leaves[tree->leaf - next];
        }
        if (total < stage.threshold) return false;
    }
    return true;
}

#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#endif

struct Haar::Vector {
    static inline __attribute__((always_inline)) Words load(const uint32_t *values) {
        Words loaded;
        std::memcpy(&loaded, values, sizeof loaded);
        return loaded;
    }

    static inline __attribute__((always_inline)) Floats difference(const uint32_t *corner, const int *corners) {
        const Words sum = load(corner + corners[0]) - load(corner + corners[1]) - load(corner + corners[2])
            + load(corner + corners[3]);
        return __builtin_convertvector(reinterpret_cast<Ints>(sum), Floats);
    }

    static inline __attribute__((always_inline)) Floats choose(Ints mask, Floats yes, Floats no) {
        return reinterpret_cast<Floats>(
            (mask & reinterpret_cast<Ints>(yes)) | (~mask & reinterpret_cast<Ints>(no)));
    }

    /// For each of eight windows next to each other, whether it passes a stage: a bit.
    static unsigned passing(const Haar &haar, const Stage &stage, const uint32_t *corner, const float *norms) {
        Floats norm;
        std::memcpy(&norm, norms, sizeof norm);
        Doubles total = {};
        for (const Tree *tree = &haar.trees[stage.tree], *end = tree + stage.tree_count; tree != end; tree++) {
            const float *leaves = &haar.leaves[tree->leaf];
            // What comes out of each node, the last first: they lead to later ones.
            Floats results[most_nodes];
            for (int index = tree->node_count - 1; index >= 0; index--) {
                const Node &node = haar.nodes[tree->node + index];
                Floats value = node.rectangles[0].weight * difference(corner, node.corners[0])
                    + node.rectangles[1].weight * difference(corner, node.corners[1]);
                if (node.rectangles[2].weight != 0)
                    value += node.rectangles[2].weight * difference(corner, node.corners[2]);
                const auto result = [&](int next) __attribute__((always_inline)) {
                    return next > 0 ? results[next] : Floats{} + leaves[-next];
                };
                results[index] = choose(value * norm < node.threshold, result(node.below), result(node.above));
            }
            total += __builtin_convertvector(results[0], Doubles);
        }
        unsigned bits = 0;
        for (int lane = 0; lane < lanes; lane++) bits |= unsigned{!(total[lane] < stage.threshold)} << lane;
        return bits;
    }
};

/// Goes through all windows of one size.
///
/// Where a window fails the first stage, OpenCV leaves out the next one in the row; and so do we, once it is known of the
/// whole row which fail.
void Haar::search(float scale, cv::Size size, std::vector<cv::Rect> &found) {
    const int step = layout.step;
    const int columns = (std::max(size.width + 1 - window.width, 0) + step - 1) / step;
    const int rows = std::max(size.height + 1 - window.height, 0);
    const int groups = (columns + lanes - 1) / lanes;
    const double area = (window.width - 2) * (window.height - 2);
    const cv::Size box(cvRound(window.width * scale), cvRound(window.height * scale));
    norms.resize(groups * lanes);
    alive.resize(groups);
    fails.resize(groups);

    for (int y = 0; y < rows; y += step) {
        const uint32_t *row = &sums[static_cast<size_t>(y) * layout.stride];
        const uint32_t *squares_row = &squares[static_cast<size_t>(y) * layout.stride];
        for (int group = 0; group < groups; group++) {
            const int first = group * lanes;
            unsigned sound = 0;
            for (int lane = 0; lane < lanes; lane++) {
                norms[first + lane] = first + lane < columns
                    ? norm(area, difference(row + first + lane, contrast), difference(squares_row + first + lane, contrast))
                    : 0;
                sound |= unsigned{norms[first + lane] > 0} << lane;
            }
            const unsigned passing = sound ? Vector::passing(*this, stages[0], row + first, &norms[first]) : 0;
            alive[group] = sound & passing;
            fails[group] = sound & ~passing;
        }
        bool is_left_out = false;
        for (int group = 0; group < groups; group++) {
            unsigned visited = 0;
            for (int lane = 0; lane < lanes; lane++) {
                visited |= unsigned{!is_left_out} << lane;
                is_left_out = !is_left_out && (fails[group] >> lane & 1);
            }
            unsigned left = alive[group] & visited;
            size_t stage = 1;
            for (; stage < stages.size() && __builtin_popcount(left) >= fewest_together; stage++)
                left &= Vector::passing(*this, stages[stage], row + group * lanes, &norms[group * lanes]);
            for (; left; left &= left - 1) {
                const int column = group * lanes + __builtin_ctz(left);
                if (stage == stages.size() || passes(stage, row + column, norms[column]))
                    found.emplace_back(
                        cv::Point(cvRound(column * step * scale), cvRound(y * scale)), box);
            }
        }
    }
}

#ifdef __x86_64__
#pragma clang attribute pop
#endif
