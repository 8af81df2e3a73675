import MienImage

/// Ways in which samples lie in memory.
enum Layout: CaseIterable {
    case i420, nv12, yuyv, uyvy, rgb24, bgra, grey, i420of10Bits, p010, grey16BigEndian, yuv411, bottomUp
}

/// A picture of noise in one layout, which owns its memory. Keeps what it was made as, to be compared with.
final class PictureInLayout {
    let canvas: Canvas
    private let memory: UnsafeMutableRawBufferPointer
    private let original: [UInt8]

    init(_ layout: Layout, width: Int, height: Int, orientation: Orientation) {
        let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
        memory = .allocate(byteCount: 4 * (width + 4) * (height + 4) + 64, alignment: 64)
        var state: UInt32 = 2_463_534_242
        for index in memory.indices {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            memory[index] = UInt8(truncatingIfNeeded: state >> 8)
        }
        let start = memory.baseAddress!
        func component(_ offset: Int, stride: Int, step: Int, shiftX: Int = 0, shiftY: Int = 0) -> Canvas.Component {
            var component = Canvas.Component(base: start + offset, stride: stride, step: step)
            (component.shiftX, component.shiftY) = (shiftX, shiftY)
            return component
        }
        func i420(_ bytes: Int) -> [Canvas.Component] {
            let (luma, chroma) = (bytes * (width + 3), bytes * halfWidth)
            return [
                component(0, stride: luma, step: bytes),
                component(luma * height, stride: chroma, step: bytes, shiftX: 1, shiftY: 1),
                component(luma * height + chroma * halfHeight, stride: chroma, step: bytes, shiftX: 1, shiftY: 1),
            ]
        }
        func semiplanar(_ bytes: Int) -> [Canvas.Component] {
            let (luma, chroma) = (bytes * width, 2 * bytes * halfWidth)
            return [
                component(0, stride: luma, step: bytes),
                component(luma * height, stride: chroma, step: 2 * bytes, shiftX: 1, shiftY: 1),
                component(luma * height + bytes, stride: chroma, step: 2 * bytes, shiftX: 1, shiftY: 1),
            ]
        }
        let video = ColourModel.yuv(.bt709, isLimited: true)
        var (components, model): ([Canvas.Component], ColourModel)
        switch layout {
        case .i420: (components, model) = (i420(1), video)
        case .nv12: (components, model) = (semiplanar(1), video)
        case .yuyv, .uyvy:
            let first = layout == .yuyv ? 0 : 1
            components = [
                component(first, stride: 4 * halfWidth, step: 2),
                component(1 - first, stride: 4 * halfWidth, step: 4, shiftX: 1),
                component(3 - first, stride: 4 * halfWidth, step: 4, shiftX: 1),
            ]
            model = video
        case .rgb24: (components, model) = ((0..<3).map { component($0, stride: 3 * width, step: 3) }, .rgb)
        case .bgra: (components, model) = ([2, 1, 0].map { component($0, stride: 4 * width, step: 4) }, .rgb)
        case .grey: (components, model) = ([component(0, stride: width, step: 1)], .grey)
        case .i420of10Bits: (components, model) = (i420(2), .yuv(.bt2020, isLimited: true))
        case .p010: (components, model) = (semiplanar(2), .yuv(.bt2020, isLimited: true))
        case .grey16BigEndian: (components, model) = ([component(0, stride: 2 * width, step: 2)], .grey)
        case .yuv411:
            components = [component(0, stride: width, step: 1)]
            for index in 0...1 {
                let offset = width * height + index * ((width + 3) / 4) * height
                components.append(component(offset, stride: (width + 3) / 4, step: 1, shiftX: 2))
            }
            model = .yuv(.bt601, isLimited: false)
        case .bottomUp: (components, model) = ([component(width * (height - 1), stride: -width, step: 1)], .grey)
        }
        for index in components.indices {
            switch layout {
            case .i420of10Bits: components[index].depth = 10
            case .p010: (components[index].depth, components[index].shift) = (10, 6)
            case .grey16BigEndian: (components[index].depth, components[index].isBigEndian) = (16, true)
            default: break
            }
        }
        // Samples of 10 bits keep to them.
        if layout == .i420of10Bits || layout == .p010 {
            let words = memory.bindMemory(to: UInt16.self)
            for index in words.indices { words[index] = layout == .p010 ? words[index] & 0xFFC0 : words[index] & 0x3FF }
        }
        original = Array(memory)
        canvas = Canvas(
            components: components, model: model, storedWidth: width, storedHeight: height, orientation: orientation)
    }

    deinit { memory.deallocate() }

    /// Everything as it was, or the bytes that changed.
    var changedBytes: [Int] { memory.indices.filter { memory[$0] != original[$0] } }

    /// One component's sample that belongs to a stored pixel: now and before, and which one it is.
    func sample(_ index: Int, x: Int, y: Int) -> (now: Int, before: Int, offset: Int) {
        let component = canvas.components[index]
        let place =
            component.base + (y >> component.shiftY) * component.stride + (x >> component.shiftX) * component.step
        let offset = place - memory.baseAddress!
        func read(_ bytes: some Collection<UInt8>) -> Int {
            let (first, second) = (Int(bytes.first!), Int(bytes.dropFirst().first!))
            guard component.depth + component.shift > 8 else { return first }
            return (component.isBigEndian ? first << 8 | second : second << 8 | first) >> component.shift
        }
        return (read(memory[offset..<offset + 2]), read(original[offset..<offset + 2]), offset)
    }

    var bytesOfASample: Int { canvas.components[0].depth + canvas.components[0].shift > 8 ? 2 : 1 }

    /// Where a stored pixel is seen.
    func seen(x: Int, y: Int) -> (x: Int, y: Int) {
        let (right, bottom) = (canvas.storedWidth - 1 - x, canvas.storedHeight - 1 - y)
        return switch canvas.orientation {
        case .up: (x, y)
        case .upMirrored: (right, y)
        case .down: (right, bottom)
        case .downMirrored: (x, bottom)
        case .leftMirrored: (y, x)
        case .right: (bottom, x)
        case .rightMirrored: (bottom, right)
        case .left: (y, right)
        }
    }
}
