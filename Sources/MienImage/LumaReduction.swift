extension LumaFormat {
    /// Whether `read` can reduce: 8 bits a sample, one after the other, which is what large recordings have.
    public var canReduce: Bool { depth == 8 && step == 1 && shift == 0 }

    /// Sums of so many samples fit into 16 bits with ease.
    public static let largestReduction = 16

    /// As `read`, but each sample of `target` is the mean of a square of `reduction` samples each way, 2 to
    /// `largestReduction`. Columns and rows that are left over on the right and at the bottom are left out.
    ///
    /// Needs `canReduce`.
    public func read(
        _ base: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int, reducedBy reduction: Int,
        into target: inout Plane
    ) {
        target.resize(width: width / reduction, height: height / reduction)
        let columns = target.width * reduction
        let black = isLimited ? 16 : 0
        // From a sum to 0...255, with 20 bits after the point.
        let scale = (255 << 20) / ((isLimited ? 219 : 255) * reduction * reduction)
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: columns) { sums in
            for y in 0..<target.height {
                let first = base + y * reduction * stride + offset
                for x in 0..<columns { sums[x] = UInt16(first[x]) }
                for row in 1..<reduction {
                    let line = first + row * stride
                    for x in 0..<columns { sums[x] &+= UInt16(line[x]) }
                }
                let to = target.base + y * target.stride
                switch reduction {
                case 2: Self.add(sums, 2, black, scale, into: to, count: target.width)
                case 3: Self.add(sums, 3, black, scale, into: to, count: target.width)
                default: Self.add(sums, reduction, black, scale, into: to, count: target.width)
                }
            }
        }
    }

    /// Adds up each `reduction` neighbouring sums.
    @inline(__always)
    private static func add(
        _ sums: UnsafeMutableBufferPointer<UInt16>, _ reduction: Int, _ black: Int, _ scale: Int,
        into to: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        let lowest = Int32(black * reduction * reduction)
        for x in 0..<count {
            var sum = Int32(0)
            for index in 0..<reduction { sum &+= Int32(sums[x &* reduction &+ index]) }
            let level = (Int64(max(sum &- lowest, 0)) &* Int64(scale) &+ 1 << 19) >> 20
            to[x] = UInt8(truncatingIfNeeded: min(level, 255))
        }
    }
}
