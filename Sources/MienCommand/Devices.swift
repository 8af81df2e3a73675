import ArgumentParser
import Glibc
import MienCapture
import MienOutput

struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists cameras with their formats, sizes, frame rates and controls, or tests one.")

    @Argument(help: "Only this camera: its path, number or bus, or a part of its name.") var device: String?
    @Flag(help: "As JSON.") var json = false
    @Flag(help: "Stream for a while, and say how well that goes. (- as the camera: raw frames on standard input.)")
    var test = false
    @Option(help: "How long --test takes.") var seconds = 2.0
    @Option(
        help: ArgumentHelp("Write the luma planes of --test, one after the other.", valueName: "file"),
        completion: .file()) var raw: String?
    @OptionGroup var overwriting: OverwritingOptions
    @OptionGroup(title: "Camera options of --test") var camera: CameraOptions

    func validate() throws {
        if raw != nil, !test { throw ValidationError("--raw goes with --test") }
        if raw == "-" { throw ValidationError("--raw: a file's name, please; standard output has the test's result") }
        guard seconds > 0, seconds <= 1e6 else { throw ValidationError("--seconds: more than 0, please") }
    }

    func run() throws {
        if test {
            try overwriting.check([raw].compactMap(\.self).map { .init($0, .rawFrames) }, inputs: [])
            let result = try CameraTest(device: device, options: camera, seconds: seconds, raw: raw).run()
            print(json ? result.json.line : result.text.shown(keepingLines: true))
            if let status = CameraTest.signalStatus { throw ExitCode(status) }
            if result.frames == 0 { throw Failure(description: "\(result.name): no picture has come") }
            return
        }
        var cameras = CameraDevice.all()
        if let device { cameras = [try CameraDevice.find(device)] }
        if json {
            print(JSON.list(try cameras.map { try $0.report() }).line)
        } else if cameras.isEmpty {
            // Says what was looked for, and what to do.
            _ = try CameraDevice.find(nil)
        } else {
            for camera in cameras { print(try camera.text().shown(keepingLines: true), terminator: "") }
        }
    }
}

extension CameraDevice {
    /// All that there is to know, for reading.
    fileprivate func text() throws -> String {
        var lines = ["\(path)  \(name)", "  bus \(bus), driver \(driver)"]
        for format in try formats() {
            lines.append("  \(format.fourCC.description.padded(6)) \(format.description)")
            for size in format.sizes { lines.append("    \(size.words.padded(24)) \(size.rates.words)") }
        }
        let controls = try controls()
        if !controls.isEmpty { lines.append("  controls (mien live --control name=value)") }
        let width = controls.map(\.name.count).max() ?? 0
        for control in controls {
            let notes = [
                control.range, control.value.map { "now \($0)" },
                control.kind == .button ? nil : "default \(control.initial)",
                control.isReadOnly ? "read only" : nil, control.isInactive ? "inactive" : nil,
            ]
            lines.append("    \(control.name.padded(width)) \(notes.compactMap(\.self).joined(separator: ", "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same as JSON.
    fileprivate func report() throws -> JSON {
        .object([
            "path": .text(path), "name": .text(name), "bus": .text(bus), "driver": .text(driver),
            "formats": .list(
                try formats().map { format in
                    .object([
                        "format": .text(format.fourCC.description), "description": .text(format.description),
                        "sizes": .list(format.sizes.map(\.report)),
                    ])
                }),
            "controls": .list(try controls().map(\.report)),
        ])
    }
}

extension CameraSize {
    fileprivate var words: String {
        let (first, last) = ("\(width.lowest)x\(height.lowest)", "\(width.highest)x\(height.highest)")
        return first == last ? first : "\(first) to \(last)"
    }

    fileprivate var report: JSON {
        let isRange = width.lowest != width.highest || height.lowest != height.highest
        guard isRange else {
            return .object(["width": .number(width.lowest), "height": .number(height.lowest), "rates": rates.report])
        }
        func steps(_ steps: Steps) -> JSON {
            .object([
                "min": .number(steps.lowest), "max": .number(steps.highest), "step": .number(steps.step),
            ])
        }
        return .object(["width": steps(width), "height": steps(height), "rates": rates.report])
    }
}

extension CameraSize.Rates {
    fileprivate var words: String {
        switch self {
        case .listed(let listed):
            listed.map { JSON.decimal($0.rate, $0.rate == $0.rate.rounded() ? 0 : 2) }.joined(separator: ", ")
        case .range(let shortest, let longest): "\(JSON.decimal(longest.rate, 2)) to \(JSON.decimal(shortest.rate, 2))"
        case .unknown: "?"
        }
    }

    fileprivate var report: JSON {
        switch self {
        case .listed(let listed): .list(listed.map { .real($0.rate, digits: 3) })
        case .range(let shortest, let longest):
            .object(["min": .real(longest.rate, digits: 3), "max": .real(shortest.rate, digits: 3)])
        case .unknown: .null
        }
    }
}

extension CameraControl {
    fileprivate var report: JSON {
        let (type, choices): (String, JSON) =
            switch kind {
            case .integer: ("integer", .null)
            case .boolean: ("boolean", .null)
            case .button: ("button", .null)
            case .menu(let choices):
                ("menu", .list(choices.map { .object(["value": .number($0.index), "name": .text($0.name)]) }))
            }
        return .object([
            "name": .text(name), "type": .text(type), "min": .number(minimum), "max": .number(maximum),
            "step": .number(step), "default": .number(initial), "value": JSON(value), "choices": choices,
            "read_only": .flag(isReadOnly), "inactive": .flag(isInactive),
        ])
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
