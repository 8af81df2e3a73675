/// A live source's picture as it came, kept while its frame is looked at.
struct StoredPicture: ~Copyable, @unchecked Sendable {  // safe: the memory has one owner, and that is this value
    /// nil where nothing is kept.
    private(set) var layout: RawLayout?
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var count = 0

    init() {}

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count]) }

    /// Becomes a copy of `bytes`; its memory is kept if it is large enough.
    mutating func keep(_ bytes: UnsafeRawBufferPointer, _ layout: RawLayout) {
        if bytes.count > memory.count {
            memory.deallocate()
            memory = .allocate(byteCount: bytes.count, alignment: 64)
        }
        memory.copyMemory(from: bytes)
        (count, self.layout) = (bytes.count, layout)
    }
}
