import ArgumentParser
import MienOutput

/// What becomes of the faces, as typed.
struct PrivacyOptions: ParsableArguments {
    @Option(
        name: .customLong("privacy"),
        help: ArgumentHelp("What becomes of the faces in pictures: none, blur or box.", valueName: "way"),
        completion: .list(Privacy.allCases.map(\.rawValue)),
        transform: { name in
            guard let way = Privacy(rawValue: name) else { throw ValidationError("none, blur or box, please") }
            return way
        })
    var way = Privacy.none
}
