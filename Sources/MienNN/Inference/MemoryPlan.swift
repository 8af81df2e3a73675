/// Where in one piece of memory to put tensors, such that no two that are alive at the same time overlap.
///
/// Large ones first, each at the lowest place where it fits: simple, and within a few percent of the best in practice
/// (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
/// - Parameter tensors: sizes in bytes, and the first and last step in which each is alive.
/// - Returns: the byte at which each starts, at a cache line's border, and the size of the whole.
func memoryPlan(
    _ tensors: [(byteCount: Int, lifetime: ClosedRange<Int>)]
) -> (offsets: [Int], byteCount: Int) {
    let line = 64
    var offsets = Array(repeating: 0, count: tensors.count)
    var placed: [Int] = []
    var total = 0
    let order = tensors.indices.sorted { (-tensors[$0].byteCount, $0) < (-tensors[$1].byteCount, $1) }
    for tensor in order {
        let size = (tensors[tensor].byteCount + line - 1) / line * line
        var offset = 0
        let neighbours = placed.filter { tensors[$0].lifetime.overlaps(tensors[tensor].lifetime) }
        for other in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
            if offset + size <= offsets[other] { break }
            offset = max(offset, (offsets[other] + tensors[other].byteCount + line - 1) / line * line)
        }
        offsets[tensor] = offset
        placed.append(tensor)
        total = max(total, offset + size)
    }
    return (offsets, total)
}
