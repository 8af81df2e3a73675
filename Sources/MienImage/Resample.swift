/// A rectangle in pixels with fractions: the pixel in the top left corner covers 0 to 1 both ways.
public struct Region: Hashable, Sendable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public init(_ box: Box) {
        self.init(x: Double(box.x), y: Double(box.y), width: Double(box.width), height: Double(box.height))
    }
}

/// Gives a plane, or a part of one, another size, by the mean of the area that each new pixel covers.
///
/// Where the picture grows the area is one old pixel wide, which is linear interpolation: one rule for every factor,
/// without a step where reduction turns into enlargement. What lies outside the picture is the pixel at its edge.
///
/// Keeps its working memory from call to call; one thread at a time.
public struct Resampler: ~Copyable, Sendable {
    private var windows: [Window] = []
    private var sums: [UInt16] = []
    private var means: [Float] = []

    public init() {}

    /// Fills `target`, at its size, with the whole of `source`.
    public mutating func resample(_ source: PlaneView, into target: inout Plane) {
        resample(
            source, region: Region(source.bounds),
            into: target.base, width: target.width, height: target.height, stride: target.stride)
    }

    /// Fills `width` x `height` samples at `target`, rows `stride` bytes apart, with the part of `source` in `region`.
    ///
    /// `region` may reach beyond `source`. Where `source` is empty, `target` stays as it is.
    public mutating func resample(
        _ source: PlaneView, region: Region,
        into target: UnsafeMutablePointer<UInt8>, width: Int, height: Int, stride: Int
    ) {
        guard source.width > 0, source.height > 0, width > 0, height > 0 else { return }
        let (stepX, stepY) = (region.width / Double(width), region.height / Double(height))
        if windows.count < width { windows = Array(repeating: Window(), count: width) }
        for x in 0..<width { windows[x] = Window(region.x + stepX * Double(x), step: stepX, count: source.width) }
        // Only these columns are looked at.
        let columns = windows[0].first..<windows[width - 1].last + 1
        if means.count < columns.count {
            means = Array(repeating: 0, count: columns.count)
            sums = Array(repeating: 0, count: columns.count)
        }
        let share = Float(1 / (max(1, stepX) * max(1, stepY)))

        windows.withUnsafeBufferPointer { windows in
            sums.withUnsafeMutableBufferPointer { sums in
                means.withUnsafeMutableBufferPointer { means in
                    for y in 0..<height {
                        let rows = Window(region.y + stepY * Double(y), step: stepY, count: source.height)
                        Self.add(rows, of: source, columns: columns, into: means, by: sums)
                        let line = target + y * stride
                        for x in 0..<width {
                            line[x] = UInt8(windows[x].sum(of: means, from: columns.lowerBound) * share + 0.5)
                        }
                    }
                }
            }
        }
    }

    /// Sets `means` to the weighted sum of `rows`, column by column. This is where the time of a reduction goes.
    private static func add(
        _ rows: Window, of source: PlaneView, columns: Range<Int>,
        into means: UnsafeMutableBufferPointer<Float>, by sums: UnsafeMutableBufferPointer<UInt16>
    ) {
        let first = source.base + rows.first * source.stride + columns.lowerBound
        let last = source.base + rows.last * source.stride + columns.lowerBound
        for x in 0..<columns.count {
            means[x] = Float(first[x]) * rows.firstWeight + Float(last[x]) * rows.lastWeight
        }
        // Rows between count in full. Up to 257 of them fit into 16 bits, which is twice as fast as 32.
        var row = rows.first + 1
        while row < rows.last {
            let end = min(rows.last, row + 257)
            for x in 0..<columns.count { sums[x] = 0 }
            while row < end {
                let line = source.base + row * source.stride + columns.lowerBound
                for x in 0..<columns.count { sums[x] &+= UInt16(line[x]) }
                row += 1
            }
            for x in 0..<columns.count { means[x] += Float(sums[x]) }
        }
    }
}

/// The old pixels in a row or column that one new pixel covers: the first and the last in part, those between in full.
private struct Window {
    var first = 0
    var last = 0
    var firstWeight: Float = 0
    /// 0 where one pixel is all.
    var lastWeight: Float = 0

    init() {}

    /// The window of the new pixel that lies at `start` and is `step` wide, in a row of `count` old ones.
    init(_ start: Double, step: Double, count: Int) {
        let length = max(step, 1)
        let lower = start + (step - length) / 2
        let upper = lower + length
        let end = Double(count)
        first = Int(min(max(lower.rounded(.down), 0), end - 1))
        last = Int(min(max(upper.rounded(.up) - 1, 0), end - 1))
        // All that lies before the first pixel, or after the last, has their values.
        if first == last {
            firstWeight = Float(length)
        } else {
            firstWeight = Float(Double(first + 1) - lower)
            lastWeight = Float(upper - Double(last))
        }
    }

    /// The weighted sum of the pixels; `values[0]` is old pixel `offset`.
    @inline(__always)
    func sum(of values: UnsafeMutableBufferPointer<Float>, from offset: Int) -> Float {
        var sum = values[first - offset] * firstWeight + values[last - offset] * lastWeight
        var index = first + 1 - offset
        while index < last - offset {
            sum += values[index]
            index += 1
        }
        return sum
    }
}
