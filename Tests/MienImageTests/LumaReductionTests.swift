import MienImage
import Testing

@Suite("Luma that is reduced while it is read")
struct LumaReductionTests {
    /// Samples without a pattern, 37 x 23.
    private let samples = (0..<37 * 23).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 + $0 / 7) }

    private func read(_ format: LumaFormat, by reduction: Int) -> Plane {
        var plane = Plane()
        samples.withUnsafeBufferPointer {
            format.read($0.baseAddress!, stride: 37, width: 37, height: 23, reducedBy: reduction, into: &plane)
        }
        return plane
    }

    @Test("each sample is the mean of its square", arguments: [2, 3, 4, 5, 16])
    func means(reduction: Int) {
        let plane = read(LumaFormat(), by: reduction)
        #expect((plane.width, plane.height) == (37 / reduction, 23 / reduction))
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                var sum = 0
                for row in 0..<reduction {
                    for column in 0..<reduction {
                        sum += Int(samples[(y * reduction + row) * 37 + x * reduction + column])
                    }
                }
                let mean = Double(sum) / Double(reduction * reduction)
                #expect(abs(Double(plane.base[y * plane.stride + x]) - mean) <= 0.51)
            }
        }
    }

    @Test("limited range becomes full, and what lies outside is black or white")
    func limited() {
        var format = LumaFormat()
        format.isLimited = true
        for (value, expected) in [(0, 0), (16, 0), (126, 128), (235, 255), (255, 255)] as [(UInt8, UInt8)] {
            var plane = Plane()
            let flat = [UInt8](repeating: value, count: 36)
            flat.withUnsafeBufferPointer {
                format.read($0.baseAddress!, stride: 6, width: 6, height: 6, reducedBy: 3, into: &plane)
            }
            #expect(plane.base[0] == expected)
        }
    }

    @Test("samples of more bits, or among others, can't be reduced so")
    func layouts() {
        #expect(LumaFormat().canReduce)
        var deep = LumaFormat()
        (deep.depth, deep.step) = (10, 2)
        var packed = LumaFormat()
        packed.step = 2
        #expect(!deep.canReduce)
        #expect(!packed.canReduce)
    }
}
