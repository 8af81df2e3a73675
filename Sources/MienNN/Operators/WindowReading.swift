extension CheckedNode {
    /// Sizes above this in a kernel, stride or padding are no network's.
    private static let largest = 1 << 14

    /// How a kernel moves over a picture (attributes `strides`, `dilations`, `pads`, `auto_pad`, `ceil_mode`), and the
    /// size of the result.
    func window(
        kernel: [Int], over size: [Int]
    ) throws(ModelError) -> (window: Window, height: Int, width: Int) {
        var window = Window()
        window.strides = try integers("strides", count: 2, in: 1...Self.largest) ?? [1, 1]
        window.dilations = try integers("dilations", count: 2, in: 1...Self.largest) ?? [1, 1]
        guard kernel.allSatisfy({ (1...Self.largest).contains($0) }) else {
            throw failure("kernel of \(kernel) pixels")
        }
        let extents = (0..<2).map { (kernel[$0] - 1) * window.dilations[$0] + 1 }
        let padding = try string("auto_pad", default: "NOTSET")
        switch padding {
        case "NOTSET":
            let pads = try integers("pads", count: 4, in: 0...Self.largest) ?? [0, 0, 0, 0]
            (window.padsBefore, window.padsAfter) = (Array(pads[..<2]), Array(pads[2...]))
        case "VALID": break
        case "SAME_UPPER", "SAME_LOWER":
            for axis in 0..<2 {
                let count = (size[axis] + window.strides[axis] - 1) / window.strides[axis]
                let total = max(0, (count - 1) * window.strides[axis] + extents[axis] - size[axis])
                let (less, more) = (total / 2, total - total / 2)
                window.padsBefore[axis] = padding == "SAME_UPPER" ? less : more
                window.padsAfter[axis] = padding == "SAME_UPPER" ? more : less
            }
        default: throw failure("auto_pad '\(padding)'")
        }
        let roundsUp = try integer("ceil_mode", default: 0) != 0
        var result: [Int] = []
        for axis in 0..<2 {
            let stride = window.strides[axis]
            let room = size[axis] + window.padsBefore[axis] + window.padsAfter[axis] - extents[axis]
            guard room >= 0 else { throw failure("the kernel is larger than its input of \(size)", .invalid) }
            var count = room / stride + 1
            if roundsUp, room % stride != 0, count * stride < size[axis] + window.padsBefore[axis] {
                // One more window, which begins inside the picture and ends outside.
                window.padsAfter[axis] += stride - room % stride
                count += 1
            }
            result.append(count)
        }
        return (window, result[0], result[1])
    }
}
