internal import CMienOneDNN

/// The weights' gradient of a convolution over a large picture of one channel, for which oneDNN has no kernel with AVX2 but
/// the one that writes down every pixel's window first: three times the time of this one.
struct PlainPictureGradient {
    /// O, 1, h, w.
    let weights: [Int]
    let window: Window
    /// N, 1, H, W, in that order.
    let source: Memory
    /// N, O, H', W', in blocks of 8 channels.
    let result: Memory

    /// Nil where oneDNN has what it takes, or its way is as good since all windows fit in the cache.
    init?(_ weights: [Int], _ window: Window, source: Memory, result: Memory, oneDNN: PrimitiveDescriptor) {
        let windows = result.descriptor.dimensions[2...].reduce(1, *) * weights[2...].reduce(1, *)
        guard weights[1] == 1, source.descriptor.dimensions[1] == 1, window.dilations == [1, 1],
            oneDNN.implementation.contains("gemm"), windows * MemoryLayout<Float>.stride > 1 << 18,
            let blocked = try? MemoryDescriptor(result.descriptor.dimensions, layout: .tag(dnnl_aBcd8b)),
            result.descriptor == blocked, weights[0].isMultiple(of: Self.block)
        else { return nil }
        (self.weights, self.window, self.source, self.result) = (weights, window, source, result)
    }

    private static let block = 8
    private typealias Block = SIMD8<Float>

    /// - Parameter gradient: gets the sum over the micro-batch, in the order of the weights.
    func run(_ gradient: Memory) {
        let (n, o) = (result.descriptor.dimensions[0], weights[0])
        let (height, width) = (weights[2], weights[3])
        let sums = gradient.base.assumingMemoryBound(to: Float.self)
        sums.update(repeating: 0, count: o * height * width)
        for picture in 0..<n {
            for channels in 0..<o / Self.block {
                for row in 0..<height {
                    // Five columns at a time have room in the registers.
                    for column in stride(from: 0, to: width, by: 5) {
                        let found = sum(picture, channels, row: row, firstColumn: column)
                        for (index, values) in [found.0, found.1, found.2, found.3, found.4].enumerated()
                        where column + index < width {
                            for lane in 0..<Self.block {
                                sums[((channels * Self.block + lane) * height + row) * width + column + index] +=
                                    values[lane]
                            }
                        }
                    }
                }
            }
        }
    }

    /// For five neighbours in the kernel, of which the last may lie outside, and eight channels.
    private func sum(
        _ picture: Int, _ channels: Int, row: Int, firstColumn: Int
    ) -> (Block, Block, Block, Block, Block) {
        let (inner, outer) = (source.descriptor.dimensions, result.descriptor.dimensions)
        let (height, width) = (outer[2], outer[3])
        let pixels = source.base.assumingMemoryBound(to: Float.self) + picture * inner[2] * inner[3]
        let slopes =
            result.base.assumingMemoryBound(to: Block.self)
            + (picture * (outer[1] / Self.block) + channels) * height * width
        let step = window.strides[1]
        var sums = (Block.zero, Block.zero, Block.zero, Block.zero, Block.zero)
        for y in 0..<height {
            let source = y * window.strides[0] + row - window.padsBefore[0]
            guard (0..<inner[2]).contains(source) else { continue }
            let line = pixels + source * inner[3]
            func pixel(_ x: Int, _ column: Int) -> Float {
                let place = x * step + firstColumn + column - window.padsBefore[1]
                return (0..<inner[3]).contains(place) ? line[place] : 0
            }
            func add(_ x: Int) {
                let slope = slopes[y * width + x]
                sums.0 += slope * pixel(x, 0)
                sums.1 += slope * pixel(x, 1)
                sums.2 += slope * pixel(x, 2)
                sums.3 += slope * pixel(x, 3)
                sums.4 += slope * pixel(x, 4)
            }
            // From the first to before the last, all five lie in the picture.
            let shift = firstColumn - window.padsBefore[1]
            let first = min(shift < 0 ? (-shift + step - 1) / step : 0, width)
            let room = inner[3] - 5 - shift
            let last = room < 0 ? first : max(first, min(width, room / step + 1))
            for x in 0..<first { add(x) }
            var place = line + first * step + shift
            for x in first..<last {
                let slope = slopes[y * width + x]
                sums.0 += slope * place[0]
                sums.1 += slope * place[1]
                sums.2 += slope * place[2]
                sums.3 += slope * place[3]
                sums.4 += slope * place[4]
                place += step
            }
            for x in last..<width { add(x) }
        }
        return sums
    }
}
