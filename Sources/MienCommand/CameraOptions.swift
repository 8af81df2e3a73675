import ArgumentParser
import Glibc
import MienCapture

/// How a camera is to stream, as typed.
struct CameraOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The size of the picture, or the nearest that the camera has.", valueName: "WxH"))
    var size: PictureSize?

    @Option(help: ArgumentHelp("Frames a second, or the nearest that the camera has.", valueName: "n"))
    var fps = CameraWish().rate

    @Option(
        help: ArgumentHelp(
            "The pixel format: auto takes the cheapest that reaches size and rate; or mjpeg, yuyv, nv12, grey ...",
            valueName: "name"),
        completion: .list(["auto"] + PixelFormat.known.map { $0.names[0] }))
    var format = "auto"

    @Option(
        help: ArgumentHelp(
            "Set one of the camera's controls, such as brightness; again for more.", valueName: "name=value"))
    var control: [String] = []

    func validate() throws {
        guard fps > 0, fps <= 1000 else { throw ValidationError("--fps: more than 0 and up to 1000, please") }
        if format != "auto", PixelFormat(named: format) == nil {
            throw ValidationError(
                "--format \(format): no such pixel format; known are "
                    + PixelFormat.known.map { $0.names[0] }.joined(separator: ", "))
        }
        for setting in control where Self.parts(setting) == nil {
            throw ValidationError("--control \(setting): name=value, please (`mien devices` lists them)")
        }
    }

    /// What a camera is asked for.
    func resolve() -> CameraSource.Options {
        var options = CameraSource.Options()
        if let size { (options.wish.width, options.wish.height) = (size.width, size.height) }
        options.wish.rate = fps
        options.wish.format = format == "auto" ? nil : PixelFormat(named: format)
        options.controls = control.compactMap(Self.parts)
        return options
    }

    /// The source that `device` names: a camera, or for `-` raw frames on standard input.
    func source(
        _ device: String?, interruption: MienCapture.Interruption, report: @escaping @Sendable (CameraEvent) -> Void
    ) throws -> any FrameSource {
        guard device == "-" else {
            return try CameraSource(device, resolve(), interruption: interruption, report: report)
        }
        guard let size, let format = PixelFormat(named: format), self.format != "auto" else {
            throw ValidationError("raw frames on standard input tell nothing of themselves: give --size and --format")
        }
        guard isatty(STDIN_FILENO) == 0 else {
            throw ValidationError("--device - is for raw frames from another program, and standard input is a terminal")
        }
        return try RawSource(format: format, width: size.width, height: size.height, interruption: interruption)
    }

    private static func parts(_ setting: String) -> (name: String, value: String)? {
        guard let sign = setting.firstIndex(of: "="), sign != setting.startIndex else { return nil }
        return (String(setting[..<sign]), String(setting[setting.index(after: sign)...]))
    }
}

/// "640x480".
struct PictureSize: ExpressibleByArgument {
    let width: Int
    let height: Int

    init?(argument: String) {
        let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...16384).contains(width),
            (1...16384).contains(height)
        else { return nil }
        (self.width, self.height) = (width, height)
    }
}
