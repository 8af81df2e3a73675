import Glibc
import Mien
import MienOutput

/// What drawing one face costs on a picture of 1280x720 in YUV 4:2:0, in milliseconds of processor time.
struct OverlayTimes {
    /// The overlay alone, and with the face blurred.
    let plain: Double
    let blurred: Double

    init() { (plain, blurred) = (Self.measure(.none), Self.measure(.blur)) }

    /// The median over some frames in which a large face moves.
    private static func measure(_ privacy: Privacy) -> Double {
        let (width, height) = (1280, 720)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: width * height * 3 / 2, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 128)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return .nan }
        var chroma = Canvas.Component(base: base + width * height, stride: width / 2, step: 1)
        (chroma.shiftX, chroma.shiftY) = (1, 1)
        var other = chroma
        other.base += width * height / 4
        let canvas = Canvas(
            components: [Canvas.Component(base: base, stride: width, step: 1), chroma, other],
            model: .yuv(.bt709, isLimited: true), storedWidth: width, storedHeight: height)
        let overlay = Overlay(privacy: privacy)
        let times = (0..<90).map { frame in
            let shares = Expression.allCases.map { $0 == .happy ? Float(0.9) : 0.02 }
            let face = Face(
                id: 1, box: Box(x: 400 + 2 * frame, y: 200, width: 320, height: 320),
                probabilities: Probabilities(shares), smoothed: Smoothed(label: .happy, confidence: 0.9), detected: true
            )
            let result = FrameResult(
                source: "", frame: frame, time: Double(frame) / 30, width: width, height: height, faces: [face])
            let begun = BenchRun.clock(CLOCK_THREAD_CPUTIME_ID)
            overlay.draw(result, on: canvas)
            return 1000 * (BenchRun.clock(CLOCK_THREAD_CPUTIME_ID) - begun)
        }
        return times.sorted()[times.count / 2]
    }

    var text: String {
        "overlay:      \(JSON.decimal(plain, 3)) ms of processor time a face at 1280x720, with a blur "
            + "\(JSON.decimal(blurred, 3)) ms"
    }

    var json: JSON { .object(["plain_ms": .real(plain, digits: 4), "blurred_ms": .real(blurred, digits: 4)]) }
}
