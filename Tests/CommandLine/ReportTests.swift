import Foundation
import Testing

/// The page to look at, of real recordings. What a browser makes of it: scripts/check-report.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct ReportTests {
    private func page(_ clip: String, _ options: String...) throws -> String {
        let folder = try Folder()
        let outcome = try Program.run(
            ["video", "-q", Program.clip(clip), "--report", folder.path("page.html")] + options)
        #expect((outcome.status, outcome.errors) == (0, ""))
        return try folder.read("page.html")
    }

    /// The JPEG files in a page.
    private func pictures(_ page: String) -> [Data] {
        page.split(separator: "data:image/jpeg;base64,").dropFirst().compactMap { rest in
            Data(base64Encoded: String(rest.prefix { $0 != "\"" }))
        }
    }

    @Test("It has a picture of each expression's strongest moment, upright", arguments: ["", "_portrait_rotated"])
    func moments(suffix: String) throws {
        let found = pictures(try page("single_face\(suffix).mp4"))
        #expect(found.count == 2)
        let folder = try Folder()
        for (number, picture) in found.enumerated() {
            // Seen upright, and so found, in a picture that is hardly more than a face.
            let frames = try Program.run(["image", try folder.write("\(number).jpg", picture)]).frames()
            #expect(frames.map { [$0.width, $0.height, $0.faces.count] } == [[160, 160, 1]])
        }
        let labels = try (0..<2).map { number in
            try Program.run(["image", folder.path("\(number).jpg")]).frames().first?.faces.first?.label
        }
        #expect(labels == ["happy", "neutral"])
    }

    @Test("No picture where none is wanted, and none where faces are to be hidden")
    func noPictures() throws {
        #expect(pictures(try page("single_face.mp4", "--no-thumbnails")).isEmpty)
        #expect(pictures(try page("single_face.mp4", "--privacy", "blur")).isEmpty)
    }
}
