import ArgumentParser
import MienCapture

/// Names of files that are no UTF-8. A `String` holds others in their place, under which nothing is found, or something
/// else.
enum ForeignNames {
    /// Arguments, and values after "=", as they come out.
    private static let arguments: Set<String> = {
        var names: Set<String> = []
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[index], String(validatingCString: bytes) == nil else { continue }
            let name = String(cString: bytes)
            names.insert(name)
            if let equals = name.firstIndex(of: "=") { names.insert(String(name[name.index(after: equals)...])) }
        }
        return names
    }()

    static func contain(_ argument: String) -> Bool { arguments.contains(argument) }

    static func message(_ name: String) -> String { "\(name): its name is not UTF-8; rename it to use it" }

    /// Throws where an argument that names something to write, or without which there is nothing to do, is one of them.
    static func refuse(_ argument: String?) throws {
        if let argument, contain(argument) { throw ValidationError(message(argument)) }
    }
}
