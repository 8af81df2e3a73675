internal import CMienOneDNN

/// Memory on a cache line's border, set to zero, freed with its owner. Several tensors may live in one at different times.
final class Buffer {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    init(byteCount: Int) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        // Never empty, so there is an address.
        base = memory.baseAddress.unsafelyUnwrapped
        self.byteCount = memory.count
    }

    deinit { base.deallocate() }
}

/// A tensor that primitives read and write: a descriptor and the memory behind it.
final class Memory {
    let handle: dnnl_memory_t
    let descriptor: MemoryDescriptor
    /// Keeps the bytes alive. Nil where somebody else does.
    private let buffer: Buffer?
    private(set) var base: UnsafeMutableRawPointer

    /// A tensor in memory of its own, all zero.
    convenience init(_ descriptor: MemoryDescriptor) throws(OneDNNError) {
        try self.init(descriptor, in: Buffer(byteCount: descriptor.byteCount))
    }

    /// A tensor in a part of `buffer`, `offset` bytes from its start.
    convenience init(_ descriptor: MemoryDescriptor, in buffer: Buffer, offset: Int = 0) throws(OneDNNError) {
        // Planned by us, never by a file.
        precondition(offset >= 0 && offset + descriptor.byteCount <= buffer.byteCount)
        try self.init(descriptor, at: buffer.base + offset, buffer)
    }

    /// A tensor in memory that the caller keeps alive for as long as this is used.
    convenience init(_ descriptor: MemoryDescriptor, borrowing base: UnsafeMutableRawPointer) throws(OneDNNError) {
        try self.init(descriptor, at: base, nil)
    }

    /// The same bytes as `other`, under another descriptor.
    convenience init(_ descriptor: MemoryDescriptor, sharing other: Memory) throws(OneDNNError) {
        precondition(descriptor.byteCount <= other.descriptor.byteCount)
        try self.init(descriptor, at: other.base, other.buffer)
    }

    /// A plain float tensor holding `values`.
    convenience init(_ dimensions: [Int], _ values: [Float]) throws(OneDNNError) {
        try self.init(MemoryDescriptor(dimensions))
        precondition(values.count == dimensions.reduce(1, *))
        values.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    private init(
        _ descriptor: MemoryDescriptor, at base: UnsafeMutableRawPointer, _ buffer: Buffer?
    ) throws(OneDNNError) {
        let engine = try Engine.cpu()
        self.descriptor = descriptor
        self.buffer = buffer
        self.base = base
        var raw = descriptor.raw
        handle = try create("dnnl_memory_create") { dnnl_memory_create($0, &raw, engine.handle, base) }
    }

    deinit { dnnl_memory_destroy(handle) }

    /// Points the tensor at other memory, which the caller keeps alive. Allocates nothing.
    func move(to base: UnsafeMutableRawPointer) throws(OneDNNError) {
        try check(dnnl_memory_set_data_handle(handle, base), "dnnl_memory_set_data_handle")
        self.base = base
    }

    /// The elements of a float tensor in the order they lie in memory, padding included.
    var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: base.assumingMemoryBound(to: Float.self),
            count: descriptor.byteCount / MemoryLayout<Float>.stride)
    }
}
