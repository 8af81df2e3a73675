internal import CMienOneDNN

/// A call of oneDNN that failed: which one, and what oneDNN says about it.
struct OneDNNError: Error, CustomStringConvertible {
    let call: String
    let status: dnnl_status_t

    /// oneDNN has no kernel for what was asked, on this CPU or at all.
    var isUnsupported: Bool { status == dnnl_unimplemented }

    var description: String {
        switch status {
        case dnnl_out_of_memory: "\(call): out of memory"
        case dnnl_invalid_arguments: "\(call): sizes or parameters do not go together"
        case dnnl_unimplemented: "\(call): oneDNN has no such kernel for this CPU"
        case dnnl_runtime_error: "\(call): failed while it ran"
        default: "\(call): oneDNN's status \(status.rawValue)"
        }
    }
}

/// The one place where oneDNN's status codes turn into Swift errors.
@inline(__always)
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String) throws(OneDNNError) {
    if status != dnnl_success { throw OneDNNError(call: call(), status: status) }
}

/// For oneDNN's many functions that create something through a pointer to it.
@inline(__always)
func create<Handle>(
    _ call: @autoclosure () -> String, _ body: (UnsafeMutablePointer<Handle?>) -> dnnl_status_t
) throws(OneDNNError) -> Handle {
    var handle: Handle?
    try check(body(&handle), call())
    guard let handle else { throw OneDNNError(call: call(), status: dnnl_runtime_error) }
    return handle
}
