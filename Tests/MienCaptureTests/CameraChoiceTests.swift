import CMienV4L2
import Glibc
import MienCapture
import Testing

@Suite struct CameraChoiceTests {
    static func format(_ letters: String, _ sizes: (Int, Int, [UInt32])...) -> CameraFormat {
        CameraFormat(
            fourCC: FourCC(letters)!, description: "",
            sizes: sizes.map { size in
                CameraSize(
                    width: .init(size.0, size.0), height: .init(size.1, size.1),
                    rates: size.2.isEmpty ? .unknown : .listed(size.2.map { FrameInterval(1, $0) }))
            })
    }

    static func best(
        _ formats: [CameraFormat], _ width: Int, _ height: Int, rate: Double = 30, format: String? = nil
    ) -> String {
        var wish = CameraWish()
        (wish.width, wish.height, wish.rate) = (width, height, rate)
        wish.format = format.flatMap { PixelFormat(named: $0) }
        guard let mode = CameraMode.best(of: formats, for: wish) else { return "none" }
        return "\(mode.format) \(mode.width)x\(mode.height) \(mode.rate.map { String(Int($0.rounded())) } ?? "?")"
    }

    /// A webcam as they are: raw is slow where pictures are large.
    static let webcam = [
        format("YUYV", (640, 480, [30, 15]), (1280, 720, [10, 5]), (320, 240, [60, 30])),
        format("MJPG", (640, 480, [60, 30]), (1280, 720, [30]), (1920, 1080, [30])),
    ]

    @Test("raw pictures where they are as fast, MJPEG where they are not")
    func cost() {
        #expect(Self.best(Self.webcam, 640, 480) == "YUYV 640x480 30")
        #expect(Self.best(Self.webcam, 1280, 720) == "MJPG 1280x720 30")
        #expect(Self.best(Self.webcam, 1280, 720, rate: 10) == "YUYV 1280x720 10")
        #expect(Self.best(Self.webcam, 640, 480, rate: 60) == "MJPG 640x480 60")
        #expect(
            Self.best([Self.format("YUYV", (64, 48, [30])), Self.format("NV12", (64, 48, [30]))], 64, 48)
                == "NV12 64x48 30")
    }

    @Test("no more frames than wanted, and as many as there are where that is too many")
    func rate() {
        #expect(Self.best(Self.webcam, 320, 240) == "YUYV 320x240 30")
        #expect(Self.best(Self.webcam, 1280, 720, rate: 120) == "MJPG 1280x720 30")
        #expect(Self.best([Self.format("YUYV", (64, 48, []))], 64, 48) == "YUYV 64x48 ?")
    }

    @Test("the nearest size where the wanted one is missing")
    func size() {
        let wide = [Self.format("MJPG", (640, 360, [30]), (1280, 720, [30]), (160, 120, [30]))]
        #expect(Self.best(wide, 640, 480) == "MJPG 640x360 30")
        #expect(Self.best(wide, 1600, 900) == "MJPG 1280x720 30")
    }

    @Test("a format that is asked for is taken, or none")
    func wantedFormat() {
        #expect(Self.best(Self.webcam, 640, 480, format: "mjpeg") == "MJPG 640x480 30")
        #expect(Self.best(Self.webcam, 640, 480, format: "nv12") == "none")
    }

    @Test("any size and rate in a range, and anything of a driver that lists nothing")
    func ranges() {
        let range = CameraFormat(
            fourCC: FourCC("GREY")!, description: "",
            sizes: [
                CameraSize(
                    width: .init(32, 1024, step: 16), height: .init(32, 768, step: 16),
                    rates: .range(FrameInterval(1, 60), FrameInterval(1, 5)))
            ])
        #expect(Self.best([range], 650, 480) == "GREY 640x480 30")
        #expect(Self.best([range], 4000, 10, rate: 90) == "GREY 1024x32 60")
        #expect(
            Self.best([CameraFormat(fourCC: FourCC("YUYV")!, description: "", sizes: [])], 640, 480)
                == "YUYV 640x480 30")
    }

    @Test("a camera is found by path, number, bus and part of its name; other nodes say what they are")
    func finding() throws {
        let computer = FakeComputer()
        computer.change { world in
            world.nodes = [
                "/dev/video0": .init(name: "Integrated Camera", bus: "usb-0000:00:14.0-1"),
                "/dev/video1": .init(
                    name: "Integrated Camera", bus: "usb-0000:00:14.0-1",
                    capabilities: UInt32(V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING)),
                "/dev/video2": .init(name: "Integrated IR", bus: "usb-0000:00:14.0-1"),
                "/dev/video10": .init(name: "Best Webcam", bus: "usb-0000:00:14.0-2"),
            ]
        }
        func path(_ wanted: String?) throws(CameraError) -> String { try CameraDevice.find(wanted, computer).path }
        func complaint(_ wanted: String) -> String {
            do { return try path(wanted) } catch { return error.description }
        }
        #expect(try path(nil) == "/dev/video0")
        #expect(try path("/dev/video2") == "/dev/video2")
        #expect(try path("10") == "/dev/video10")
        #expect(try path("usb-0000:00:14.0-2") == "/dev/video10")
        #expect(try path("14.0-2") == "/dev/video10")
        #expect(try path("webcam") == "/dev/video10")
        #expect(try path("Integrated") == "/dev/video0")
        #expect(complaint("1").contains("metadata"))
        #expect(complaint("7").contains("/dev/video7"))
        #expect(complaint("usb-0000").contains("several"))
        #expect(complaint("nothing").contains("Best Webcam"))
        #expect(CameraDevice.scan(computer).cameras.map(\.ordinal) == [0, 1, 0])
    }

    @Test("no camera: what was looked for, and the demo")
    func noCamera() {
        let computer = FakeComputer()
        computer.change { $0.nodes = [:] }
        let error = #expect(throws: CameraError.self) { try CameraDevice.find(nil, computer) }
        #expect(error?.description.contains("/dev/video*") == true && error?.description.contains("mien demo") == true)
        computer.change { $0.nodes = ["/dev/video0": .init(isLocked: true)] }
        #expect(throws: CameraError.self) { try CameraDevice.find(nil, computer) }
        do { _ = try CameraDevice.find(nil, computer) } catch { #expect(error.code == .notPermitted) }
    }

    @Test("controls are set by name, and what can't be is refused with what can")
    func controls() throws {
        func set(_ name: String, _ value: String) -> (value: Int32, error: String) {
            let computer = FakeComputer()
            var options = CameraSource.Options()
            options.controls = [(name, value)]
            do {
                _ = try Rig(computer, options: options)
                return (computer.world.controls.first?.value ?? .min, "")
            } catch {
                return (.min, error.description)
            }
        }
        #expect(set("brightness", "-3").value == -3)
        #expect(set("power_line_frequency", "60 hz").value == 2)
        #expect(set("power_line_frequency", "0").value == 0)
        #expect(set("power_line_frequency", "1").error.contains("2 (60 Hz)"))
        #expect(set("brightness", "11").error.contains("-10 to 10"))
        #expect(set("serial_fixed", "1").error.contains("not set"))
        #expect(set("colour", "1").error.contains("brightness, power_line_frequency"))
    }
}
