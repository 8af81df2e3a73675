import Mien
import Testing

@testable import MienOutput

struct ReportTests {
    private func frame(
        _ number: Int, _ time: Double, _ faces: [(id: Int, label: Expression)], source: String = "talk.mp4"
    ) -> FrameResult {
        let faces = faces.map { id, label in
            var values = [Float](repeating: 0.04, count: 6)
            values[label.rawValue] = 0.8
            return Face(
                id: id, box: Box(x: 0, y: 0, width: 9, height: 9), probabilities: Probabilities(values),
                smoothed: Smoothed(label: label, confidence: 0.8), detected: true)
        }
        return FrameResult(source: source, frame: number, time: time, width: 640, height: 360, faces: faces)
    }

    private func page(_ frames: [FrameResult]) throws -> String {
        try writtenFile {
            Report($0)
        } frames: {
            frames
        }
    }

    @Test("The page needs nothing beside it, and says what it is of")
    func selfContained() throws {
        let page = try page((0..<100).map { frame($0, Double($0) / 25, [(1, $0 < 75 ? .happy : .sad)]) })
        for name in ["http", "src=", "@import", "url("] { #expect(!page.contains(name)) }
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<h2>talk.mp4</h2>"))
        #expect(page.contains("happy 75 %") && page.contains("sad 25 %"))
    }

    @Test("A name with markup in it is shown, not obeyed")
    func escapes() throws {
        let page = try page([frame(0, 0, [(1, .sad)], source: "<script>&\"x\".jpg")])
        #expect(page.contains("<h2>&lt;script&gt;&amp;&quot;x&quot;.jpg</h2>"))
        #expect(!page.contains("<script>&"))
    }

    @Test("Each recording has a section, a photo has one without a timeline, and one without faces says so")
    func sections() throws {
        let page = try page([
            frame(0, 0, [(1, .sad)], source: "a.mp4"), frame(1, 1, [(1, .sad)], source: "a.mp4"),
            frame(0, 0, [(1, .fear)], source: "b.jpg"), frame(0, 0, [], source: "c.jpg"),
        ])
        #expect(page.split(separator: "<section>").count == 4)
        #expect(page.split(separator: "class=\"timeline\"").count == 2)
        #expect(page.contains("fear 100 %"))
        #expect(page.contains("<b>0</b>faces"))
    }

    @Test("Nothing seen is a page, too")
    func empty() throws { #expect(try page([]).hasSuffix("</html>\n")) }

    @Test("Lanes hold each bin's shares as bytes, nothing where the face wasn't there")
    func bins() throws {
        let page = try page([
            frame(0, 0, [(1, .angry)]), frame(1, 0.04, []), frame(2, 0.08, [(1, .surprise)]),
        ])
        // 200 10 10 10 10 10, six zeros, 10 10 10 10 10 200
        #expect(page.contains("data-first=\"0\" data-bins=\"yAoKCgoKAAAAAAAACgoKCgrI\""))
    }

    @Test("Hours of video take no more memory than minutes: bins grow instead")
    func bounded() {
        var timelines = Timelines()
        for number in 0..<15_000 {
            timelines.add(frame(number, Double(number) * 0.8, [(1, .happy), (2, .sad)]))
        }
        let bins = timelines.faces.map(\.bins)
        #expect(bins.reduce(0) { $0 + $1.count } <= Timelines.mostBins)
        #expect(timelines.binWidth == 0.04 * 16)
        // No frame is lost on the way.
        #expect(bins[1].reduce(0) { $0 + $1[FaceTimeline.countLane] } == 15_000)
        #expect(abs(timelines.faces[0].total - 12_000) < 1)
    }

    @Test("Of very many faces the briefest are only counted")
    func manyFaces() {
        var timelines = Timelines()
        for number in 0..<2000 {
            timelines.add(frame(number, Double(number), [(1, .happy), (2 + number, .sad)]))
        }
        #expect(timelines.faces.count == Timelines.mostFaces)
        #expect(timelines.forgotten == 2001 - Timelines.mostFaces)
        #expect(timelines.faces.first?.id == 1)
    }
}
