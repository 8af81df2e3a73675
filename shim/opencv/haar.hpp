// A Haar cascade, tried on eight places of the picture at once.
//
// OpenCV tries one place after the other, and that is nearly all of what a search costs. Here the same cascade is tried on
// the same places of the same pyramid, by the same arithmetic in the same order and precision: what is found is what
// OpenCV finds, hit for hit, several times sooner. Pyramid and grouping are OpenCV's.
#pragma once
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

class Haar {
public:
    /// The cascade in OpenCV's present format; null where it is of another kind (turned features, local binary patterns)
    /// or this CPU has no vectors of eight: then OpenCV has to do it.
    static std::unique_ptr<Haar> read(const cv::FileNode &root);

    /// The places, ungrouped, where the cascade sees a face between `smallest` and `largest` pixels wide; as
    /// `cv::CascadeClassifier::detectMultiScale` has them before it groups them, in another order. So many `threads` share
    /// the work, or fewer where there are no more; what is found doesn't depend on it.
    void search(
        const cv::Mat &picture, double factor, int smallest, int largest, int threads, std::vector<cv::Rect> &found);

    /// Of the smallest face.
    cv::Size window;

private:
    struct Rectangle {
        cv::Rect place;
        float weight;
    };

    struct Node {
        /// A third may have a weight of 0: then it counts for nothing.
        Rectangle rectangles[3];
        float threshold;
        /// Where to go below the threshold and from it on: above 0 a later node of the tree, else a leaf, negated.
        int below, above;
        /// Where the rectangles' corners lie from the window's, in the sums as they now are.
        int corners[3][4];
    };

    struct Tree {
        int node, node_count, leaf;
    };

    struct Stage {
        int tree, tree_count;
        float threshold;
    };

    /// How the sums lie in memory, so that neighbouring windows are neighbours there: where only every second column of
    /// windows is tried, the even columns come first in each row and then the odd ones.
    struct Layout {
        int stride = 0, step = 1;

        int offset(int x, int y) const { return y * stride + (step == 1 ? x : x / 2 + x % 2 * (stride / 2)); }
        bool operator==(const Layout &other) const { return stride == other.stride && step == other.step; }
    };

    struct Vector;

    std::vector<float> scales(cv::Size picture, double factor, int smallest, int largest) const;
    void lay(Layout layout);
    void sum(const cv::Mat &picture);
    void search(const cv::Mat &picture, float scale, std::vector<cv::Rect> &found);
    void search(float scale, cv::Size size, std::vector<cv::Rect> &found);

    std::vector<Stage> stages;
    std::vector<Tree> trees;
    std::vector<Node> nodes;
    std::vector<float> leaves;

    Layout layout;
    /// Corners of the part of the window that its contrast is measured in.
    int contrast[4];
    cv::Mat reduced;
    /// Of samples, and of their squares, above and to the left of each; modulo 2^32, which differences don't feel.
    std::vector<uint32_t> sums, squares;
    std::vector<float> norms;
    std::vector<uint8_t> fails, alive;

    /// What the other threads work with, and what each scale gave.
    std::vector<Haar> helpers;
    std::vector<std::vector<cv::Rect>> hits;
};
