internal import CMienOneDNN

/// oneDNN's CPU, one for the process.
final class Engine: @unchecked Sendable {  // safe: oneDNN's engines never change and may be used from any thread
    let handle: dnnl_engine_t

    private static let shared = Result { () throws(OneDNNError) in try Engine() }

    static func cpu() throws(OneDNNError) -> Engine { try shared.get() }

    private init() throws(OneDNNError) {
        handle = try create("dnnl_engine_create") { dnnl_engine_create($0, dnnl_cpu, 0) }
    }

    deinit { dnnl_engine_destroy(handle) }

    /// Whether this CPU has AVX-512, from which on there are kernels for blocks of 16 channels and for bfloat16.
    static var hasAVX512: Bool {
        let needed = dnnl_cpu_isa_avx512_core.rawValue
        return dnnl_get_effective_cpu_isa().rawValue & needed == needed
    }

    /// Makes the calling thread compute alone, without OpenMP's helpers: our workers are the parallelism.
    ///
    /// Holds for this thread, and so is called on each that makes or runs primitives. Costs a few nanoseconds.
    static func useOneThread() { mien_omp_compute_alone() }
}

/// Where primitives run, one after the other, on the thread that calls. One for each worker.
final class Stream {
    let handle: dnnl_stream_t

    init() throws(OneDNNError) {
        let engine = try Engine.cpu()
        handle = try create("dnnl_stream_create") {
            dnnl_stream_create($0, engine.handle, dnnl_stream_default_flags.rawValue)
        }
    }

    deinit { dnnl_stream_destroy(handle) }
}
