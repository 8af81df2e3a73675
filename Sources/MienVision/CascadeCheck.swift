// What must hold of a cascade before OpenCV may have it, which checks next to nothing of it.

extension CascadeElement {
    /// Why this is no sound cascade; nil where it is one. The outermost element holds the cascade.
    var cascadeFault: String? {
        guard name == "opencv_storage", let cascade = children.first else { return "it holds no cascade" }
        if cascade["stageType"] != nil { return cascade.faultOfNew }
        return cascade.type == "opencv-haar-classifier" ? cascade.faultOfOld : "it holds no cascade"
    }

    private var faultOfNew: String? {
        guard self["stageType"]?.text == "BOOST", let kind = self["featureType"]?.text, ["HAAR", "LBP"].contains(kind)
        else { return "its features are of no known kind" }
        let isHaar = kind == "HAAR"
        guard let window = Window(width: self["width"]?.integers, height: self["height"]?.integers) else {
            return "its window has no sensible size"
        }
        guard self["featureParams"]?["maxCatCount"]?.integers == [isHaar ? 0 : 256] else {
            return "its features have an unknown number of values"
        }
        guard let features = self["features"]?.children, !features.isEmpty,
            features.allSatisfy({ isHaar ? window.holds(haar: $0) : window.holds(pattern: $0) })
        else { return "a feature lies outside its window" }
        guard let stages = self["stages"]?.children, !stages.isEmpty,
            self["stageNum"].map({ $0.integers == [stages.count] }) ?? true
        else { return "it has no stages, or not as many as it says" }
        // Left, right and feature; then a threshold, or a bit for each of 256 values.
        let length = isHaar ? 4 : 11
        for stage in stages {
            guard stage["stageThreshold"]?.numbers?.count == 1, let trees = stage["weakClassifiers"]?.children,
                !trees.isEmpty, stage["maxWeakCount"]?.integers == [trees.count],
                trees.allSatisfy({ $0.isTree(ofNodes: length, features: features.count) })
            else { return "a stage's trees don't hang together" }
        }
        return nil
    }

    /// Nodes one after the other, which lead to later ones or to leaves.
    private func isTree(ofNodes length: Int, features: Int) -> Bool {
        guard let nodes = self["internalNodes"]?.numbers, !nodes.isEmpty, nodes.count % length == 0,
            let leaves = self["leafValues"]?.numbers, leaves.count == nodes.count / length + 1
        else { return false }
        return (0..<nodes.count / length).allSatisfy { node in
            let part = nodes[(node * length)..<((node + 1) * length)].map { Int(exactly: $0) }
            guard let left = part[0], let right = part[1], let feature = part[2], (0..<features).contains(feature),
                length == 4 || part[3...].allSatisfy({ $0.map { Int32(exactly: $0) != nil } ?? false })
            else { return false }
            return [left, right].allSatisfy { next in
                next > 0 ? next > node && next < nodes.count / length : -leaves.count < next
            }
        }
    }

    private var faultOfOld: String? {
        guard let size = self["size"]?.integers, size.count == 2,
            let window = Window(width: [size[0]], height: [size[1]])
        else { return "its window has no sensible size" }
        guard let stages = self["stages"]?.children, !stages.isEmpty else { return "it has no stages" }
        for stage in stages {
            guard stage["stage_threshold"]?.numbers?.count == 1, let trees = stage["trees"]?.children, !trees.isEmpty
            else { return "a stage has no trees" }
            for nodes in trees.map(\.children) {
                guard !nodes.isEmpty, nodes.enumerated().allSatisfy({ $1.isNode($0, of: nodes.count, in: window) })
                else { return "a stage's trees don't hang together, or a feature lies outside its window" }
            }
        }
        return nil
    }

    private func isNode(_ number: Int, of count: Int, in window: Window) -> Bool {
        guard let feature = self["feature"], window.holds(haar: feature), self["threshold"]?.numbers?.count == 1 else {
            return false
        }
        return ["left", "right"].allSatisfy { side in
            if self["\(side)_val"]?.numbers?.count == 1 { return true }
            guard let next = self["\(side)_node"]?.integers, next.count == 1 else { return false }
            return next[0] > number && next[0] < count
        }
    }
}

/// The part of a picture that a cascade looks at.
private struct Window {
    let width: Int
    let height: Int

    /// In pixels; OpenCV's cascades have 20 to 64.
    private static let sides = 4...512

    init?(width: [Int]?, height: [Int]?) {
        guard let width, let height, width.count == 1, height.count == 1, Self.sides.contains(width[0]),
            Self.sides.contains(height[0])
        else { return nil }
        (self.width, self.height) = (width[0], height[0])
    }

    /// Whether two or three rectangles with weights lie inside, upright or turned by 45 degrees.
    func holds(haar feature: CascadeElement) -> Bool {
        guard let rectangles = feature["rects"]?.children, (2...3).contains(rectangles.count) else { return false }
        let isTilted = feature["tilted"]?.integers?.first ?? 0
        return (0...1).contains(isTilted)
            && rectangles.allSatisfy { rectangle in
                guard let numbers = rectangle.numbers, numbers.count == 5 else { return false }
                let sides = numbers[..<4].compactMap { Int(exactly: $0) }
                guard sides.count == 4, sides.allSatisfy({ (0...512).contains($0) }), sides[2] > 0, sides[3] > 0 else {
                    return false
                }
                let (x, y, w, h) = (sides[0], sides[1], sides[2], sides[3])
                return isTilted == 1
                    ? x >= h && x + w <= width && y + w + h <= height : x + w <= width && y + h <= height
            }
    }

    /// Whether three by three rectangles of the size of the first lie inside.
    func holds(pattern feature: CascadeElement) -> Bool {
        guard let sides = feature["rect"]?.integers, sides.count == 4, sides.allSatisfy({ (0...512).contains($0) }),
            sides[2] > 0, sides[3] > 0
        else { return false }
        return sides[0] + 3 * sides[2] <= width && sides[1] + 3 * sides[3] <= height
    }
}
