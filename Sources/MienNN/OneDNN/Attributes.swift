internal import CMienOneDNN

/// What a primitive does to each result while it is still in a register, and where its scratch memory comes from.
final class Attributes {
    let handle: dnnl_primitive_attr_t

    enum PostOperation {
        /// f(x); what alpha and beta mean depends on the function. ReLU: alpha is the slope below zero.
        case eltwise(dnnl_alg_kind_t, alpha: Float = 0, beta: Float = 0)
        /// Adds what the destination held before.
        case sum
        /// Adds or multiplies by another tensor of the same shape, or one with dimensions of 1. It is given at
        /// run time as `.postOperation(index)`.
        case binary(dnnl_alg_kind_t, MemoryDescriptor)

        static var relu: PostOperation { .eltwise(dnnl_eltwise_relu) }
    }

    init(_ postOperations: [PostOperation] = []) throws(OneDNNError) {
        handle = try create("dnnl_primitive_attr_create") { dnnl_primitive_attr_create($0) }
        // Scratch memory from the caller: oneDNN's own belongs to the thread that made the primitive, while our
        // contexts may move between threads.
        try check(
            dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user),
            "dnnl_primitive_attr_set_scratchpad_mode")
        guard !postOperations.isEmpty else { return }
        let list = try create("dnnl_post_ops_create") { dnnl_post_ops_create($0) }
        defer { dnnl_post_ops_destroy(list) }
        for operation in postOperations {
            switch operation {
            case .eltwise(let function, let alpha, let beta):
                try check(
                    dnnl_post_ops_append_eltwise(list, 1, function, alpha, beta), "dnnl_post_ops_append_eltwise")
            case .sum:
                try check(dnnl_post_ops_append_sum(list, 1), "dnnl_post_ops_append_sum")
            case .binary(let function, let operand):
                var raw = operand.raw
                try check(dnnl_post_ops_append_binary(list, function, &raw), "dnnl_post_ops_append_binary")
            }
        }
        try check(dnnl_primitive_attr_set_post_ops(handle, list), "dnnl_primitive_attr_set_post_ops")
    }

    deinit { dnnl_primitive_attr_destroy(handle) }
}
