#include "haar.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <future>
#include <opencv2/imgproc.hpp>

namespace {

constexpr int lanes = 8;
using Words = uint32_t __attribute__((vector_size(32)));
using Ints = int32_t __attribute__((vector_size(32)));
using Floats = float __attribute__((vector_size(32)));
using Doubles = double __attribute__((vector_size(64)));
using Bits = bool __attribute__((ext_vector_type(8)));

/// Larger trees than this are left to OpenCV; nearly all of its own have one or two nodes.
constexpr int most_nodes = 2;
/// Of this width and height at most the sum of a window's squares fits 31 bits.
constexpr int largest_window = 180;
/// What OpenCV takes from a stage's threshold.
constexpr float leniency = 1e-5f;

bool has_vectors() {
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2");
#else
    return true;
#endif
}

std::vector<float> numbers(const cv::FileNode &node) {
    std::vector<float> read;
    if (node.isSeq()) node >> read;
    return read;
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
    if (std::min(haar->window.width, haar->window.height) < 3
        || std::max(haar->window.width, haar->window.height) > largest_window)
        return nullptr;

    std::vector<std::vector<Rectangle>> rectangles;
    for (const auto &feature : features) {
        if (!feature["tilted"].empty() && static_cast<int>(feature["tilted"]) != 0) return nullptr;
        auto &read = rectangles.emplace_back();
        for (const auto &rectangle : feature["rects"]) {
            const std::vector<float> figures = numbers(rectangle);
            const auto is_inside = [&](float side) { return side >= 0 && side <= largest_window; };
            if (figures.size() != 5 || !std::all_of(figures.begin(), figures.end() - 1, is_inside)) return nullptr;
            const cv::Rect place(cv::Point2f(figures[0], figures[1]), cv::Size2f(figures[2], figures[3]));
            if ((place & cv::Rect({}, haar->window)) != place) return nullptr;
            read.push_back({place, figures[4]});
        }
        if (read.size() < 2 || read.size() > 3) return nullptr;
        read.resize(3);
    }

    for (const auto &stage : stages) {
        const auto threshold = static_cast<float>(stage["stageThreshold"]) - leniency;
        haar->stages.push_back({static_cast<int>(haar->trees.size()), 0, threshold});
        for (const auto &tree : stage["weakClassifiers"]) {
            // For each node where to go below its threshold and above, its feature, and the threshold.
            const std::vector<float> figures = numbers(tree["internalNodes"]), leaves = numbers(tree["leafValues"]);
            const int count = static_cast<int>(figures.size() / 4);
            if (count < 1 || count > most_nodes || figures.size() % 4 || leaves.size() != figures.size() / 4 + 1)
                return nullptr;
            haar->trees.push_back(
                {static_cast<int>(haar->nodes.size()), count, static_cast<int>(haar->leaves.size())});
            haar->stages.back().tree_count++;
            for (int index = 0; index < count; index++) {
                const float *node = &figures[4 * index];
                const auto leads_on = [&](float next) {
                    return next > 0 ? next > index && next < count : next >= -count;
                };
                if (!leads_on(node[0]) || !leads_on(node[1]) || !(node[2] >= 0 && node[2] < rectangles.size()))
                    return nullptr;
                haar->nodes.push_back({{}, node[3], cvRound(node[0]), cvRound(node[1]), {}});
                const auto &feature = rectangles[static_cast<size_t>(node[2])];
                std::copy(feature.begin(), feature.end(), haar->nodes.back().rectangles);
            }
            haar->leaves.insert(haar->leaves.end(), leaves.begin(), leaves.end());
        }
    }
    return haar->stages.empty() ? nullptr : std::move(haar);
}

// MARK: The pyramid

void Haar::search(
    const cv::Mat &picture, double factor, int smallest, int largest, int threads, std::vector<cv::Rect> &found
) {
    const auto all = scales(picture.size(), factor, smallest, largest);
    if (hits.size() < all.size()) hits.resize(all.size());
    // The largest pictures come first, so that at the end nobody waits for long.
    std::atomic<size_t> next = 0;
    const auto work = [&](Haar &haar) {
        for (size_t index; (index = next++) < all.size();) {
            hits[index].clear();
            haar.search(picture, all[index], hits[index]);
        }
    };
    const size_t helping = std::min<size_t>(std::max(threads, 1), std::max<size_t>(all.size(), 1)) - 1;
    if (helpers.size() < helping) {
        helpers.clear();
        helpers.assign(helping, Haar(*this));
    }
    // Whatever is thrown, they are waited for.
    std::vector<std::future<void>> team;
    for (size_t index = 0; index < helping; index++) {
        try {
            team.push_back(std::async(std::launch::async, work, std::ref(helpers[index])));
        } catch (const std::system_error &) {
            break;
        }
    }
    work(*this);
    for (auto &helper : team) helper.get();
    found.clear();
    for (size_t index = 0; index < all.size(); index++)
        found.insert(found.end(), hits[index].begin(), hits[index].end());
}

/// At one size of face.
void Haar::search(const cv::Mat &picture, float scale, std::vector<cv::Rect> &found) {
    const cv::Size size(cvRound(picture.cols / scale), cvRound(picture.rows / scale));
    const int step = scale >= 2 ? 1 : 2;
    // Rows don't get shorter again: corners move where the step changes, and seldom else.
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

#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#endif

/// Values of eight windows that are next to each other in a row.
struct Haar::Vector {
#define INLINE static inline __attribute__((always_inline))
    INLINE Words load(const uint32_t *values) {
        Words loaded;
        std::memcpy(&loaded, values, sizeof loaded);
        return loaded;
    }

    INLINE Ints difference(const uint32_t *corner, const int *corners) {
        return reinterpret_cast<Ints>(
            load(corner + corners[0]) - load(corner + corners[1]) - load(corner + corners[2])
            + load(corner + corners[3]));
    }

    INLINE Floats weighed(const Node &node, int index, const uint32_t *corner) {
        return node.rectangles[index].weight
            * __builtin_convertvector(difference(corner, node.corners[index]), Floats);
    }

    INLINE Floats value(const Node &node, const uint32_t *corner) {
        const Floats two = weighed(node, 0, corner) + weighed(node, 1, corner);
        return node.rectangles[2].weight == 0 ? two : two + weighed(node, 2, corner);
    }

    INLINE Floats same(float value) { return Floats{value, value, value, value, value, value, value, value}; }

    INLINE Floats choose(Ints mask, Floats yes, Floats no) {
        return reinterpret_cast<Floats>(
            (mask & reinterpret_cast<Ints>(yes)) | (~mask & reinterpret_cast<Ints>(no)));
    }

    template <typename Mask>
    INLINE unsigned bits(const Mask &mask) {
        const Bits each = __builtin_convertvector(mask, Bits);
        uint8_t packed;
        std::memcpy(&packed, &each, 1);
        return packed;
    }

    /// Sets the factors that even out the windows' contrast; says which windows have enough of it.
    static unsigned normalise(
        double area, const uint32_t *sums, const uint32_t *squares, const int *contrast, float *norms
    ) {
        const auto sum = __builtin_convertvector(difference(sums, contrast), Doubles);
        const auto variance = area * __builtin_convertvector(difference(squares, contrast), Doubles) - sum * sum;
        Doubles root;
        for (int lane = 0; lane < lanes; lane++) root[lane] = std::sqrt(variance[lane]);
        const auto norm = __builtin_convertvector(1 / root, Floats);
        std::memcpy(norms, &norm, sizeof norm);
        return bits(variance > 0 & area * __builtin_convertvector(norm, Doubles) < 1e-1);
    }

    /// For each of eight windows next to each other, whether it passes a stage: a bit.
    static unsigned passing(const Haar &haar, const Stage &stage, const uint32_t *corner, const float *norms) {
        Floats norm;
        std::memcpy(&norm, norms, sizeof norm);
        Doubles total = {};
        for (const Tree *tree = &haar.trees[stage.tree], *end = tree + stage.tree_count; tree != end; tree++) {
            const Node *node = &haar.nodes[tree->node];
            const float *leaves = &haar.leaves[tree->leaf];
            Floats second = {};
            if (tree->node_count == 2)
                second = choose(
                    value(node[1], corner) * norm < node[1].threshold, same(leaves[-node[1].below]),
                    same(leaves[-node[1].above]));
            const auto outcome = [&](int next) __attribute__((always_inline)) {
                return next > 0 ? second : same(leaves[-next]);
            };
            const Floats first = choose(
                value(node[0], corner) * norm < node[0].threshold, outcome(node[0].below), outcome(node[0].above));
            total += __builtin_convertvector(first, Doubles);
        }
        return bits(total >= static_cast<double>(stage.threshold));
    }
#undef INLINE
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
            const unsigned inside = 0xFF >> std::max(first + lanes - columns, 0);
            const unsigned sound = inside
                & Vector::normalise(area, row + first, squares_row + first, contrast, &norms[first]);
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
            for (size_t stage = 1; left && stage < stages.size(); stage++)
                left &= Vector::passing(*this, stages[stage], row + group * lanes, &norms[group * lanes]);
            for (; left; left &= left - 1) {
                const int column = group * lanes + __builtin_ctz(left);
                found.emplace_back(cv::Point(cvRound(column * step * scale), cvRound(y * scale)), box);
            }
        }
    }
}

#ifdef __x86_64__
#pragma clang attribute pop
#endif
