internal import CMienOneDNN

/// Shape, element type and layout of a tensor: what oneDNN plans with. A plain value.
struct MemoryDescriptor: Equatable {
    var raw: dnnl_memory_desc_t

    init(_ raw: dnnl_memory_desc_t) { self.raw = raw }

    /// - Parameters:
    ///   - dimensions: outermost first, such as N, C, H, W whatever the layout is.
    ///   - layout: how they lie in memory; `.any` leaves it to the primitive that is made with this descriptor.
    init(
        _ dimensions: [Int], _ type: ElementType = .float32, layout: Layout = .plain
    ) throws(OneDNNError) {
        raw = dnnl_memory_desc_t()
        let sizes = dimensions.map { dnnl_dim_t($0) }
        try check(
            dnnl_memory_desc_init_by_tag(
                &raw, Int32(sizes.count), sizes, type.raw, layout.tag(rank: dimensions.count)),
            "dnnl_memory_desc_init_by_tag \(dimensions)")
    }

    /// - Parameter strides: elements from one index to the next, for each dimension.
    init(_ dimensions: [Int], strides: [Int]) throws(OneDNNError) {
        raw = dnnl_memory_desc_t()
        try check(
            dnnl_memory_desc_init_by_strides(
                &raw, Int32(dimensions.count), dimensions.map { dnnl_dim_t($0) }, dnnl_f32,
                strides.map { dnnl_dim_t($0) }),
            "dnnl_memory_desc_init_by_strides \(dimensions)")
    }

    /// No tensor at all: a convolution without bias, say.
    static var none: MemoryDescriptor { MemoryDescriptor(dnnl_memory_desc_t()) }

    var dimensions: [Int] {
        withUnsafeBytes(of: raw.dims) { bytes in
            bytes.assumingMemoryBound(to: dnnl_dim_t.self).prefix(Int(raw.ndims)).map { Int($0) }
        }
    }

    /// Elements from one index to the next, for each dimension. Of layouts that aren't blocked.
    var strides: [Int] {
        withUnsafeBytes(of: raw.format_desc.blocking.strides) { bytes in
            bytes.assumingMemoryBound(to: dnnl_dim_t.self).prefix(Int(raw.ndims)).map { Int($0) }
        }
    }

    /// Channels in one block of a blocked layout: what AVX-512 reads at once.
    static let channelBlock = 16

    /// Whether places are more than strides can say.
    var isBlocked: Bool { raw.format_desc.blocking.inner_nblks > 0 }

    /// Bytes that hold it, padding of blocked layouts included.
    var byteCount: Int { withUnsafePointer(to: raw) { dnnl_memory_desc_get_size($0) } }

    /// The same elements in the same places, seen with another shape: possible where the layout allows it.
    func reshaped(_ dimensions: [Int]) throws(OneDNNError) -> MemoryDescriptor {
        var result = dnnl_memory_desc_t()
        var source = raw
        try check(
            dnnl_memory_desc_reshape(&result, &source, Int32(dimensions.count), dimensions.map { dnnl_dim_t($0) }),
            "dnnl_memory_desc_reshape \(dimensions)")
        return MemoryDescriptor(result)
    }

    /// The layout of one sample, for `rows` samples one after the other.
    func repeated(_ rows: Int) throws(OneDNNError) -> MemoryDescriptor {
        let (dimensions, strides) = (dimensions, strides)
        return try MemoryDescriptor(
            [rows] + dimensions[1...], strides: [dimensions[1...].reduce(1, *)] + strides[1...])
    }

    static func == (a: Self, b: Self) -> Bool {
        withUnsafePointer(to: a.raw) { a in withUnsafePointer(to: b.raw) { b in dnnl_memory_desc_equal(a, b) != 0 } }
    }
}

enum ElementType {
    case float32, bfloat16, int32

    var raw: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .int32: dnnl_s32
        }
    }
}

enum Layout {
    /// The primitive chooses.
    case any
    /// Row-major in the order of the dimensions: NCHW, OIHW, NC.
    case plain
    /// Channels innermost: NHWC.
    case channelsLast
    /// Pictures of `channelBlock` channels, one after the other, of which each has its channels innermost.
    case blocked
    /// Any other of oneDNN's tags.
    case tag(dnnl_format_tag_t)

    func tag(rank: Int) -> dnnl_format_tag_t {
        let plain = [dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef]
        let channelsLast = [dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_acb, dnnl_acdb, dnnl_acdeb]
        func pick(_ tags: [dnnl_format_tag_t]) -> dnnl_format_tag_t {
            tags.indices.contains(rank) ? tags[rank] : dnnl_format_tag_undef
        }
        return switch self {
        case .any: dnnl_format_tag_any
        case .plain: pick(plain)
        case .channelsLast: pick(channelsLast)
        case .blocked: dnnl_aBcd16b
        case .tag(let tag): tag
        }
    }
}
