/// Names of files are bytes on Linux, of any encoding or none; a `String` holds Unicode alone.
///
/// A byte that is part of no UTF-8 stands in a `String` as the scalar U+10F700 plus the byte, from the last private plane
/// (Python does the same with surrogates, PEP 383, which a `String` can't hold). In a name that has such scalars of its own
/// their bytes are taken one by one, so that every name is one `String` and two names never are the same.
extension String {
    package init(fileName bytes: some Collection<UInt8>) {
        if let name = String(validating: bytes, as: UTF8.self), !name.mayHoldForeignBytes {
            self = name
            return
        }
        var scalars = UnicodeScalarView()
        var parser = UTF8.ForwardParser()
        var (rest, source) = (bytes[...], bytes.makeIterator())
        func take(_ count: Int, _ scalar: Unicode.Scalar? = nil) {
            if let scalar {
                scalars.append(scalar)
            } else {
                scalars += rest.prefix(count).compactMap(Unicode.Scalar.init(foreign:))
            }
            rest = rest.dropFirst(count)
        }
        while true {
            switch parser.parseScalar(from: &source) {
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                take(encoded.count, scalar.foreignByte == nil ? scalar : nil)
            case .error(let length): take(length)
            case .emptyInput:
                self.init(scalars)
                return
            }
        }
    }

    /// A name in C, up to its end.
    package init(fileName bytes: UnsafePointer<CChar>) {
        var end = bytes
        while end.pointee != 0 { end += 1 }
        self.init(
            fileName: UnsafeRawBufferPointer(start: bytes, count: end - bytes))
    }

    /// Calls `body` with the name's bytes, for the system.
    package func withFileName<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        guard mayHoldForeignBytes else { return try withCString(body) }
        var bytes: [CChar] = []
        for scalar in unicodeScalars {
            if let byte = scalar.foreignByte {
                bytes.append(CChar(bitPattern: byte))
            } else {
                bytes += UTF8.encode(scalar).map { $0.map(CChar.init(bitPattern:)) } ?? []
            }
        }
        bytes.append(0)
        return try bytes.withUnsafeBufferPointer { bytes in
            // An array that has just been appended to has a first element.
            guard let base = bytes.baseAddress else { return try withCString(body) }
            return try body(base)
        }
    }

    /// Whether a scalar of the last plane may be in it: all of them begin with this byte.
    private var mayHoldForeignBytes: Bool { utf8.contains(0xF4) }
}

// A `Character` may be a slash with an accent that the name behind it begins with, so that paths are taken apart by bytes.
extension String {
    /// Where the name begins, after a slash, of the file in its folder; nil: in the working directory.
    package var lastSlash: Index? { utf8.lastIndex(of: UInt8(ascii: "/")) }

    /// The folder of a path, with its slash; empty: the working directory.
    package var folder: String { lastSlash.map { String(decoding: utf8[...$0], as: UTF8.self) } ?? "" }

    /// The parts between slashes.
    package var pathParts: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Unicode.Scalar {
    private static let foreign: UInt32 = 0x10_F700

    fileprivate init?(foreign byte: UInt8) { self.init(Self.foreign + UInt32(byte)) }

    /// The byte of a file's name that this stands for, where it does.
    package var foreignByte: UInt8? {
        (Self.foreign + 0x80...Self.foreign + 0xFF).contains(value) ? UInt8(value - Self.foreign) : nil
    }
}
