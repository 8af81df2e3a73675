import ArgumentParser
import Mien
import MienTraining

/// Labelled faces as typed: FER2013's file or a folder, for every subcommand that reads them.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            "Kaggle's fer2013.csv, plain or packed as .csv.xz; or a folder that has a sub-folder of pictures for each expression.",
        completion: .file())
    var data: String
    @Option(help: "FER+'s fer2013new.csv: its votes are the labels then.", completion: .file()) var votes: String?
    @Flag(help: "Of a folder's pictures take the face that the cascade finds, and leave out those without one.")
    var detect = false
    @Option(
        help: ArgumentHelp("With --detect: a cascade instead of the built-in one.", valueName: "file.xml"),
        completion: .file())
    var cascade: String?

    func validate() throws {
        if isFolder, votes != nil { throw ValidationError("--votes belong to fer2013.csv, and \(data) is a folder") }
        if detect, !isFolder {
            throw ValidationError("--detect is for a folder of pictures; \(data) is none (FER2013 has faces alone)")
        }
        if cascade != nil, !detect { throw ValidationError("--cascade needs --detect") }
    }

    var isFolder: Bool { PictureFolder.isFolder(data) }
    var files: [String] { [data, votes, cascade].compactMap(\.self) }

    /// The folder's pictures, with what was left out told to the user.
    func pictures(threads: Int) throws -> PictureSet {
        let folder = try PictureFolder(data)
        if !folder.otherFolders.isEmpty {
            tell("\(data): left out, since they name none of the six: \(folder.otherFolders.joined(separator: ", "))")
        }
        let framing =
            detect ? PictureFolder.Framing.detected(by: try cascade.map(Cascade.init(file:)) ?? .standard) : .whole
        let (pictures, report) = try folder.read(framing, threads: threads)
        for reason in report.unreadable.prefix(20) { tell("left out: \(reason)") }
        if report.unreadable.count > 20 {
            tell("left out: \(report.unreadable.count - 20) more files that can't be read as pictures")
        }
        if detect {
            let all = pictures.count + report.faceless.count
            tell("\(data): \(report.faceless.count) of \(all) pictures had no face that the cascade finds; left out")
        }
        return pictures
    }
}
