internal import CMienOneDNN

/// oneDNN's descriptors of single operations. (They are filled in by functions such as
/// `dnnl_convolution_forward_desc_init`, and a primitive descriptor is made from one.)
protocol OperationDescriptor {}

extension dnnl_convolution_desc_t: OperationDescriptor {}
extension dnnl_inner_product_desc_t: OperationDescriptor {}
extension dnnl_pooling_desc_t: OperationDescriptor {}
extension dnnl_resampling_desc_t: OperationDescriptor {}
extension dnnl_eltwise_desc_t: OperationDescriptor {}
extension dnnl_binary_desc_t: OperationDescriptor {}
extension dnnl_softmax_desc_t: OperationDescriptor {}
extension dnnl_batch_normalization_desc_t: OperationDescriptor {}

/// An operation with the kernel that oneDNN chose for it, which also says how its tensors must lie.
final class PrimitiveDescriptor {
    let handle: dnnl_primitive_desc_t
    /// What it was made for, for messages.
    let name: String

    /// - Parameters:
    ///   - name: what to call it in errors: a node's name, say.
    ///   - operation: filled in by one of oneDNN's `..._desc_init` functions.
    ///   - forward: the forward descriptor that a backward operation belongs to.
    ///   - kernel: the beginning of the name of an implementation to take, if there is such, rather than the first that
    ///     oneDNN offers.
    init(
        _ name: String, _ operation: some OperationDescriptor, _ attributes: Attributes? = nil,
        forward: PrimitiveDescriptor? = nil, preferring kernel: String? = nil
    ) throws(OneDNNError) {
        let engine = try Engine.cpu()
        let attributes = if let attributes { attributes } else { try Attributes() }
        self.name = name
        // The iterator goes on reading the operation, so all of it happens while that has an address.
        let found = withUnsafePointer(to: operation) { operation in
            Result { () throws(OneDNNError) in
                let iterator = try create("\(name): dnnl_primitive_desc_iterator_create") {
                    dnnl_primitive_desc_iterator_create(
                        $0, operation, attributes.handle, engine.handle, forward?.handle)
                }
                defer { dnnl_primitive_desc_iterator_destroy(iterator) }
                return try Self.choose(from: iterator, preferring: kernel, name)
            }
        }
        withExtendedLifetime((attributes, forward)) {}
        handle = try found.get()
    }

    private static func choose(
        from iterator: dnnl_primitive_desc_iterator_t, preferring kernel: String?, _ name: String
    ) throws(OneDNNError) -> dnnl_primitive_desc_t {
        func fetch() throws(OneDNNError) -> dnnl_primitive_desc_t {
            guard let found = dnnl_primitive_desc_iterator_fetch(iterator) else {
                throw OneDNNError(call: "\(name): dnnl_primitive_desc_iterator_fetch", status: dnnl_unimplemented)
            }
            return found
        }
        let first = try fetch()
        guard let kernel, !implementation(first).hasPrefix(kernel) else { return first }
        while dnnl_primitive_desc_iterator_next(iterator) == dnnl_success {
            let other = try fetch()
            if implementation(other).hasPrefix(kernel) {
                dnnl_primitive_desc_destroy(first)
                return other
            }
            dnnl_primitive_desc_destroy(other)
        }
        return first
    }

    /// A copy from one layout or element type to another.
    init(reorder source: MemoryDescriptor, to destination: MemoryDescriptor) throws(OneDNNError) {
        let engine = try Engine.cpu()
        let attributes = try Attributes()
        var (from, to) = (source.raw, destination.raw)
        name = "reorder"
        handle = try create("dnnl_reorder_primitive_desc_create") {
            dnnl_reorder_primitive_desc_create($0, &from, engine.handle, &to, engine.handle, attributes.handle)
        }
        withExtendedLifetime(attributes) {}
    }

    deinit { dnnl_primitive_desc_destroy(handle) }

    /// The descriptor of one of its tensors; of no size where it has none such.
    func descriptor(_ query: dnnl_query_t, _ index: Int = 0) -> MemoryDescriptor {
        guard let found = dnnl_primitive_desc_query_md(handle, query, Int32(index)) else { return .none }
        return MemoryDescriptor(found.pointee)
    }

    var source: MemoryDescriptor { descriptor(dnnl_query_src_md) }
    var weights: MemoryDescriptor { descriptor(dnnl_query_weights_md) }
    var bias: MemoryDescriptor { descriptor(dnnl_query_weights_md, 1) }
    var destination: MemoryDescriptor { descriptor(dnnl_query_dst_md) }
    var sourceGradient: MemoryDescriptor { descriptor(dnnl_query_diff_src_md) }
    var weightsGradient: MemoryDescriptor { descriptor(dnnl_query_diff_weights_md) }
    var biasGradient: MemoryDescriptor { descriptor(dnnl_query_diff_weights_md, 1) }
    var destinationGradient: MemoryDescriptor { descriptor(dnnl_query_diff_dst_md) }
    /// What forward keeps for backward: where the maxima were, say.
    var workspace: MemoryDescriptor { descriptor(dnnl_query_workspace_md) }
    var scratchpad: MemoryDescriptor { descriptor(dnnl_query_scratchpad_md) }

    /// oneDNN's name of the kernel, such as `jit:avx512_core`.
    var implementation: String { Self.implementation(handle) }

    private static func implementation(_ handle: dnnl_primitive_desc_t) -> String {
        var text: UnsafePointer<CChar>?
        let status = withUnsafeMutablePointer(to: &text) {
            dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, $0)
        }
        guard status == dnnl_success, let text else { return "" }
        return String(cString: text)
    }
}

/// A compiled kernel. Making one takes milliseconds, so they are made once and kept.
final class Primitive {
    let handle: dnnl_primitive_t
    let descriptor: PrimitiveDescriptor

    init(_ descriptor: PrimitiveDescriptor) throws(OneDNNError) {
        self.descriptor = descriptor
        handle = try create("\(descriptor.name): dnnl_primitive_create") {
            dnnl_primitive_create($0, descriptor.handle)
        }
    }

    deinit { dnnl_primitive_destroy(handle) }
}
