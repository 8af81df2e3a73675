internal import CMienOneDNN

/// Whether backward passes will follow: only then does forward keep what they need.
enum Propagation {
    case inference, training

    var raw: dnnl_prop_kind_t { self == .training ? dnnl_forward_training : dnnl_forward_inference }
}

/// How a window moves over a picture, vertical before horizontal.
struct Window: Hashable {
    var strides: [Int] = [1, 1]
    /// 1: neighbours; 2: every other pixel.
    var dilations: [Int] = [1, 1]
    /// Top, left.
    var padsBefore: [Int] = [0, 0]
    /// Bottom, right.
    var padsAfter: [Int] = [0, 0]

    var rawStrides: [dnnl_dim_t] { strides.map { dnnl_dim_t($0) } }
    /// oneDNN counts the pixels left out.
    var rawDilations: [dnnl_dim_t] { dilations.map { dnnl_dim_t($0 - 1) } }
    var rawPadsBefore: [dnnl_dim_t] { padsBefore.map { dnnl_dim_t($0) } }
    var rawPadsAfter: [dnnl_dim_t] { padsAfter.map { dnnl_dim_t($0) } }
}

// Forward operations. Backward ones stand beside the layers that need them.

extension dnnl_convolution_desc_t {
    /// - Parameters:
    ///   - weights: O, I, H, W; or groups, O/groups, I/groups, H, W.
    ///   - bias: O, or `.none`.
    static func forward(
        _ propagation: Propagation, algorithm: dnnl_alg_kind_t = dnnl_convolution_auto,
        source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor, destination: MemoryDescriptor,
        _ window: Window
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, w, b, d) = (source.raw, weights.raw, bias.raw, destination.raw)
        try check(
            dnnl_dilated_convolution_forward_desc_init(
                &result, propagation.raw, algorithm, &s, &w, &b, &d,
                window.rawStrides, window.rawDilations, window.rawPadsBefore, window.rawPadsAfter),
            "dnnl_dilated_convolution_forward_desc_init")
        return result
    }
}

extension dnnl_inner_product_desc_t {
    /// - Parameters:
    ///   - source: N, I or N, C, H, W.
    ///   - weights: O, I or O, C, H, W.
    static func forward(
        _ propagation: Propagation, source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor,
        destination: MemoryDescriptor
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, w, b, d) = (source.raw, weights.raw, bias.raw, destination.raw)
        try check(
            dnnl_inner_product_forward_desc_init(&result, propagation.raw, &s, &w, &b, &d),
            "dnnl_inner_product_forward_desc_init")
        return result
    }
}

extension dnnl_pooling_desc_t {
    static func forward(
        _ propagation: Propagation, _ algorithm: dnnl_alg_kind_t,
        source: MemoryDescriptor, destination: MemoryDescriptor, kernel: [Int], _ window: Window
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, d) = (source.raw, destination.raw)
        try check(
            dnnl_pooling_forward_desc_init(
                &result, propagation.raw, algorithm, &s, &d,
                window.rawStrides, kernel.map { dnnl_dim_t($0) }, window.rawPadsBefore, window.rawPadsAfter),
            "dnnl_pooling_forward_desc_init")
        return result
    }
}

extension dnnl_resampling_desc_t {
    /// The two sizes say by how much.
    static func forward(
        _ propagation: Propagation, _ algorithm: dnnl_alg_kind_t,
        source: MemoryDescriptor, destination: MemoryDescriptor
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (s, d) = (source.raw, destination.raw)
        try check(
            dnnl_resampling_forward_desc_init(&result, propagation.raw, algorithm, nil, &s, &d),
            "dnnl_resampling_forward_desc_init")
        return result
    }
}

extension dnnl_eltwise_desc_t {
    /// Source and destination may be the same memory.
    static func forward(
        _ propagation: Propagation, _ algorithm: dnnl_alg_kind_t, _ tensor: MemoryDescriptor,
        alpha: Float = 0, beta: Float = 0
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var raw = tensor.raw
        try check(
            dnnl_eltwise_forward_desc_init(&result, propagation.raw, algorithm, &raw, alpha, beta),
            "dnnl_eltwise_forward_desc_init")
        return result
    }
}

extension dnnl_binary_desc_t {
    /// - Parameter source1: as `source0`, or with dimensions of 1, which are repeated.
    static func forward(
        _ algorithm: dnnl_alg_kind_t,
        source0: MemoryDescriptor, source1: MemoryDescriptor, destination: MemoryDescriptor
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var (a, b, d) = (source0.raw, source1.raw, destination.raw)
        try check(dnnl_binary_desc_init(&result, algorithm, &a, &b, &d), "dnnl_binary_desc_init")
        return result
    }
}

extension dnnl_softmax_desc_t {
    static func forward(
        _ propagation: Propagation, _ tensor: MemoryDescriptor, axis: Int
    ) throws(OneDNNError) -> Self {
        var result = Self()
        var raw = tensor.raw
        try check(
            dnnl_softmax_forward_desc_init(&result, propagation.raw, &raw, Int32(axis)),
            "dnnl_softmax_forward_desc_init")
        return result
    }
}
