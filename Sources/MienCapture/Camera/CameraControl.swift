import CMienV4L2
import Glibc

/// Something about a camera that can be set: brightness, exposure, power-line frequency ...
public struct CameraControl: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case integer, boolean
        /// One of the choices by its index. Not every index has one.
        case menu([Choice])
        /// Does something when it is set, whatever the value.
        case button
    }

    public struct Choice: Hashable, Sendable {
        public let index: Int
        public let name: String
    }

    let id: UInt32
    /// The driver's words in small letters: `power_line_frequency`, as v4l2-ctl has it.
    public let name: String
    public let kind: Kind
    public let minimum: Int
    public let maximum: Int
    public let step: Int
    public let initial: Int
    /// nil where it can't be read.
    public let value: Int?
    public let isReadOnly: Bool
    /// Has no effect at present: an automatic setting rules it.
    public let isInactive: Bool

    /// "Power Line Frequency" becomes "power_line_frequency".
    static func key(_ words: String) -> String {
        words.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
    }

    /// The number that `text` stands for: a number, on/off, or the name of a choice; nil where that fits nothing.
    package func value(of text: String) -> Int? {
        switch kind {
        case .integer: return Int(text)
        case .boolean:
            switch text.lowercased() {
            case "1", "on", "true", "yes": return 1
            case "0", "off", "false", "no": return 0
            default: return nil
            }
        case .menu(let choices):
            let wanted = Self.key(text)
            return choices.first { String($0.index) == text || Self.key($0.name) == wanted }?.index
        case .button: return 1
        }
    }

    /// What may be set, in words.
    public var range: String {
        switch kind {
        case .integer: "\(minimum) to \(maximum)" + (step > 1 ? " in steps of \(step)" : "")
        case .boolean: "on or off"
        case .menu(let choices): choices.map { "\($0.index) (\($0.name))" }.joined(separator: ", ")
        case .button: "a button"
        }
    }
}

extension VideoNode {
    /// More than any camera has.
    private static let mostControls = 1000

    /// All controls that hold one number. (`VIDIOC_QUERYCTRL`, `VIDIOC_QUERYMENU`, `VIDIOC_G_CTRL`)
    func controls() throws(CameraError) -> [CameraControl] {
        var controls: [CameraControl] = []
        var query = v4l2_queryctrl()
        query.id = UInt32(V4L2_CTRL_FLAG_NEXT_CTRL)
        // Drivers give ever higher ids; one that doesn't has no end.
        var last: UInt32 = 0
        for _ in 0..<Self.mostControls {
            guard try step(.queryControl, &query, to: "list the controls of"), query.id > last else { break }
            last = query.id
            if query.flags & UInt32(V4L2_CTRL_FLAG_DISABLED) == 0, let kind = try kind(of: query) {
                controls.append(control(query, kind))
            }
            query = v4l2_queryctrl()
            query.id = last | UInt32(V4L2_CTRL_FLAG_NEXT_CTRL)
        }
        return controls
    }

    private func control(_ query: v4l2_queryctrl, _ kind: CameraControl.Kind) -> CameraControl {
        var current = v4l2_control(id: query.id, value: 0)
        let flags = Int32(bitPattern: query.flags)
        let isReadable = kind != .button && flags & V4L2_CTRL_FLAG_WRITE_ONLY == 0
        let value = isReadable && call(.getControl, &current) == 0 ? Int(current.value) : nil
        return CameraControl(
            id: query.id, name: CameraControl.key(text(query.name)), kind: kind, minimum: Int(query.minimum),
            maximum: Int(query.maximum), step: Int(query.step), initial: Int(query.default_value), value: value,
            isReadOnly: flags & V4L2_CTRL_FLAG_READ_ONLY != 0, isInactive: flags & V4L2_CTRL_FLAG_INACTIVE != 0)
    }

    /// nil for headings, texts and whatever else is no single number of 32 bits.
    private func kind(of query: v4l2_queryctrl) throws(CameraError) -> CameraControl.Kind? {
        switch v4l2_ctrl_type(query.type) {
        case V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_TYPE_BITMASK: return .integer
        case V4L2_CTRL_TYPE_BOOLEAN: return .boolean
        case V4L2_CTRL_TYPE_BUTTON: return .button
        case V4L2_CTRL_TYPE_MENU, V4L2_CTRL_TYPE_INTEGER_MENU:
            var choices: [CameraControl.Choice] = []
            guard query.minimum <= query.maximum, query.maximum < 1000 else { return nil }
            for index in max(0, query.minimum)...max(0, query.maximum) {
                var menu = v4l2_querymenu()
                menu.id = query.id
                menu.index = UInt32(index)
                // Menus have gaps.
                guard try step(.queryMenu, &menu, to: "list the controls of") else { continue }
                let isNumber = query.type == V4L2_CTRL_TYPE_INTEGER_MENU.rawValue
                choices.append(
                    CameraControl.Choice(index: Int(index), name: isNumber ? String(menu.value) : text(menu.name)))
            }
            return .menu(choices)
        default: return nil
        }
    }

    /// Sets a control by its name and a value as `CameraControl.value(of:)` reads it. (`VIDIOC_S_CTRL`)
    func set(_ name: String, to text: String) throws(CameraError) {
        let controls = try controls()
        guard let control = controls.first(where: { $0.name == CameraControl.key(name) }) else {
            throw CameraError(
                .unsupported, path,
                "\(path) has no control \"\(name)\"; it has \(controls.map(\.name).joined(separator: ", "))")
        }
        let range = control.minimum...max(control.minimum, control.maximum)
        guard let value = control.value(of: text), control.kind == .button || range.contains(value),
            let number = Int32(exactly: value)
        else {
            throw CameraError(
                .unsupported, path, "\(path): \(control.name) can't be \"\(text)\": it may be \(control.range)")
        }
        guard !control.isReadOnly else {
            throw CameraError(.unsupported, path, "\(path): \(control.name) can be read, but not set")
        }
        var setting = v4l2_control(id: control.id, value: number)
        try perform(.setControl, &setting, to: "set \(control.name) of")
    }
}

extension CameraDevice {
    /// What the camera can do. Throws where it is gone or may not be opened.
    public func formats() throws(CameraError) -> [CameraFormat] { try VideoNode(path, calls: SystemCalls()).formats() }

    /// What can be set, and how it is set now.
    public func controls() throws(CameraError) -> [CameraControl] {
        try VideoNode(path, calls: SystemCalls()).controls()
    }
}
