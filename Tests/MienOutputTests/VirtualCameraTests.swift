import CMienAV
import Mien
import Testing

@testable import MienCapture
@testable import MienOutput

@Suite struct VirtualCameraTests {
    /// White, with a black column at the left side.
    private func picture() throws -> Picture {
        let picture = try Picture()
        try picture.resize(width: 160, height: 80, format: AV_PIX_FMT_RGB24)
        let frame = picture.frame.pointee
        for y in 0..<80 {
            for x in 0..<480 { frame.data.0?[y * Int(frame.linesize.0) + x] = x < 120 ? 0 : 255 }
        }
        return picture
    }

    private func converted(
        _ picture: Picture, _ letters: String, width: Int, height: Int, stride: Int, size: Int
    ) throws -> [UInt8] {
        let fourCC = try #require(FourCC(letters))
        let format = OutputDevice.Format(fourCC: fourCC, width: width, height: height, stride: stride, size: size)
        let converter = try DeviceConverter(format)
        return try withExtendedLifetime(converter) { Array(try converter.convert(picture)) }
    }

    @Test("Pictures come in the device's format, size and stride", arguments: ["YUYV", "NV12"])
    func formats(letters: String) throws {
        let isPacked = letters == "YUYV"
        let stride = isPacked ? 336 : 176
        let bytes = try converted(
            picture(), letters, width: 160, height: 80, stride: stride, size: isPacked ? stride * 80 : stride * 120)
        func luma(_ x: Int, _ y: Int) -> UInt8 { bytes[y * stride + (isPacked ? 2 * x : x)] }
        #expect(luma(20, 40) == 16 && luma(120, 40) == 235)
        let chroma = isPacked ? bytes[40 * stride + 241] : bytes[100 * stride + 120]
        #expect((127...129).contains(chroma))
    }

    @Test("A picture of another shape keeps its own, on black", arguments: ["YUYV", "NV12"])
    func shape(letters: String) throws {
        let isPacked = letters == "YUYV"
        let stride = isPacked ? 640 : 320
        let bytes = try converted(
            picture(), letters, width: 320, height: 240, stride: stride, size: isPacked ? 640 * 240 : 480 * 240)
        func luma(_ x: Int, _ y: Int) -> UInt8 { bytes[y * stride + (isPacked ? 2 * x : x)] }
        #expect(luma(200, 20) == 16 && luma(200, 220) == 16)
        #expect(luma(200, 60) == 235 && luma(200, 180) == 235)
        #expect(luma(40, 120) == 16)
    }

    @Test(
        "A picture is no longer than its rows where the device has more room",
        arguments: [("YUYV", 320), ("NV12", 240)])
    func room(letters: String, bytesInARow: Int) throws {
        let stride = letters == "YUYV" ? 320 : 160
        #expect(
            try converted(picture(), letters, width: 160, height: 90, stride: stride, size: 32768).count == bytesInARow
                * 90)
        #expect(try converted(picture(), letters, width: 160, height: 90, stride: stride, size: 1000).count == 1000)
    }

    @Test("A turned picture stands upright")
    func turned() throws {
        let picture = try picture()
        picture.orientation = .right
        let bytes = try converted(picture, "NV12", width: 80, height: 160, stride: 80, size: 80 * 240)
        // A quarter turn clockwise has the left side on top.
        #expect(bytes[10 * 80 + 40] == 16 && bytes[100 * 80 + 40] == 235)
    }

    @Test("What is no V4L2 device is refused", arguments: ["/dev/null", "/nowhere/video"])
    func refused(path: String) throws {
        let flag = (StopFlag(), PauseFlag())
        let error = try #require(throws: SinkError.self) {
            _ = try VirtualCamera(path, ShowingSettings(stop: flag.0, pause: flag.1)) { _ in }
        }
        #expect(error.description.contains(path))
    }
}
