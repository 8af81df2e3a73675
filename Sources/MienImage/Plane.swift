/// A plane of 8-bit samples that owns its memory. Moved, never copied.
///
/// Rows start `stride` bytes apart, a multiple of 64, so that each is aligned for vector instructions.
public struct Plane: ~Copyable, @unchecked Sendable {  // safe: the memory has one owner, and that is this value
    public private(set) var width: Int
    public private(set) var height: Int
    public private(set) var stride: Int
    private var memory: UnsafeMutableRawBufferPointer

    /// The samples are not set to anything.
    public init(width: Int = 0, height: Int = 0) {
        self.width = width
        self.height = height
        stride = Self.stride(of: width)
        memory = .allocate(byteCount: stride * height, alignment: Self.alignment)
    }

    deinit { memory.deallocate() }

    private static let alignment = 64
    private static func stride(of width: Int) -> Int { (width + alignment - 1) & -alignment }

    /// Gives the plane another size. What it held is lost; its memory is kept if it is large enough.
    public mutating func resize(width: Int, height: Int) {
        let stride = Self.stride(of: width)
        if stride * height > memory.count {
            memory.deallocate()
            memory = .allocate(byteCount: stride * height, alignment: Self.alignment)
        }
        (self.width, self.height, self.stride) = (width, height, stride)
    }

    /// Becomes a copy of `view`.
    public mutating func copy(_ view: PlaneView) {
        resize(width: view.width, height: view.height)
        for y in 0..<height { (base + y * stride).update(from: view.base + y * view.stride, count: width) }
    }

    /// The first sample of the first row.
    public var base: UnsafeMutablePointer<UInt8> {
        // An empty buffer may have no address; nobody may read from it either.
        guard let first = memory.baseAddress else { return UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped }
        return first.assumingMemoryBound(to: UInt8.self)
    }

    /// The whole plane to read from. Valid as long as the plane lives and keeps its size.
    public var view: PlaneView { PlaneView(base: UnsafePointer(base), width: width, height: height, stride: stride) }
}

/// 8-bit samples that somebody else owns: a plane, a part of one, a decoder's or driver's buffer.
///
/// Valid as long as the owner keeps the memory; whoever hands one out says for how long.
public struct PlaneView: @unchecked Sendable {  // safe: reads only, and the owner keeps the memory while it is lent
    public let base: UnsafePointer<UInt8>
    public let width: Int
    public let height: Int
    /// Bytes from the start of one row to the start of the next.
    public let stride: Int

    public init(base: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int) {
        self.base = base
        self.width = width
        self.height = height
        self.stride = stride
    }

    public var bounds: Box { Box(x: 0, y: 0, width: width, height: height) }

    /// The samples of row `y`.
    public func row(_ y: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + y * stride, count: width)
    }

    /// The part of this view inside `box`, without copying.
    public func part(_ box: Box) -> PlaneView {
        let inside = bounds.intersection(box)
        return PlaneView(
            base: base + inside.y * stride + inside.x, width: inside.width, height: inside.height, stride: stride)
    }
}
