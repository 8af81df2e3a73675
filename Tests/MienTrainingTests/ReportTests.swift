import Glibc
import Mien
import MienNN
import MienTraining
import Testing

@Suite("Reports") struct ReportTests {
    private let scratch = Scratch()

    /// Six pictures; of each class the answer is the next class, the surer the later, and angry is right.
    private func report(history: [EpochScore] = []) throws -> (folder: String, html: String) {
        let pictures = PictureSet.bars(each: 1)
        let answers = MienVision.Expression.allCases.map { label in
            let answer = label == .angry ? 0 : (label.rawValue + 1) % 6
            let confidence = 0.4 + 0.1 * Float(label.rawValue)
            return Probabilities((0..<6).map { $0 == answer ? confidence : (1 - confidence) / 5 })
        }
        let folder = scratch.path + "/report"
        try Report(model: "a<b", data: "d&d", answers, pictures: pictures, history: history).write(to: folder)
        return (folder, String(decoding: try File.read(folder + "/report.html"), as: UTF8.self))
    }

    private func remove(_ folder: String) {
        for name in [
            "01-surprise-taken-for-angry", "02-sad-taken-for-surprise", "03-neutral-taken-for-sad",
            "04-happy-taken-for-neutral", "05-fear-taken-for-happy",
        ] { unlink("\(folder)/mistakes/\(name).png") }
        for name in ["report.html", "evaluation.json", "mistakes.png"] { unlink("\(folder)/\(name)") }
        // Empty by now: nothing else was written.
        #expect(rmdir("\(folder)/mistakes") == 0)
        #expect(rmdir(folder) == 0)
    }

    @Test("the page needs nothing else, and has every chart and the mistakes by confidence") func page() throws {
        let (folder, html) = try report()
        #expect(html.contains("<title>a&lt;b on d&amp;d</title>"))
        for title in ["Confusion matrix", "Recall of each class", "Reliability"] {
            #expect(html.contains("<title>\(title)"))
        }
        #expect(!html.contains("Loss by epoch"))
        #expect(html.contains("<b>16.7 %</b><span>accuracy</span>"))
        let shown = html.split(separator: "<figcaption>").dropFirst().map { String($0.prefix { $0 != "/" }) }
        #expect(
            shown == [
                "surprise → <b>angry<", "sad → <b>surprise<", "neutral → <b>sad<", "happy → <b>neutral<",
                "fear → <b>happy<",
            ])
        #expect(
            html.split(separator: "src=\"").dropFirst().allSatisfy { $0.hasPrefix("data:image/png;base64,iVBORw0KGgo") }
        )
        #expect(!html.contains("http://") && !html.contains("https://"))
        #expect(html.split(separator: "<svg").count == html.split(separator: "</svg>").count)
        remove(folder)
    }

    @Test("pictures are written as PNG files that show what they should") func pictures() throws {
        let (folder, html) = try report()
        let path = "\(folder)/mistakes/01-surprise-taken-for-angry.png"
        var frame = Frame()
        #expect(try openInput(path).read(into: &frame))
        let view = frame.luma.view
        #expect((view.width, view.height) == (48, 48))
        PictureSet.bars(each: 1).withPicture(5) { picture in
            #expect((0..<48).allSatisfy { view.row($0).elementsEqual(picture[$0 * 48..<$0 * 48 + 48]) })
        }
        // The same bytes in the page.
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let text = try #require(html.split(separator: "base64,").dropFirst().first).prefix { $0 != "\"" }
        var (bits, count, bytes) = (0, 0, [UInt8]())
        for character in text where character != "=" {
            bits = (bits << 6 | (try #require(digits.firstIndex(of: character)))) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        #expect(try bytes == File.read(path))
        var sheet = Frame()
        #expect(try openInput("\(folder)/mistakes.png").read(into: &sheet))
        #expect((sheet.luma.width, sheet.luma.height) == (524, 56))
        remove(folder)
    }

    @Test("a network's history goes through its metadata, and is read from a checkpoint otherwise") func history()
        throws
    {
        let text = "1.5,1.25,0.5,0.25\n1,0.75,0.625,0.5"
        let found = EpochScore.history(metadata: [EpochScore.metadataKey: text], modelFile: nil)
        #expect(found.map(\.trainingLoss) == [1.5, 1] && found.map(\.validationMacroRecall) == [0.25, 0.5])
        #expect(EpochScore.history(metadata: [:], modelFile: "/nowhere/model.onnx").isEmpty)
        let (folder, html) = try report(history: found)
        #expect(html.contains("<title>Loss by epoch</title>") && html.contains("<title>Scores by epoch</title>"))
        remove(folder)
    }

    @Test("numbers beyond all bounds in a network's history are shown as they are") func wildHistory() throws {
        let text = "1e300,1e300,0.5,0.5\n1,1,-1e300,nan"
        let (folder, html) = try report(
            history: EpochScore.history(metadata: [EpochScore.metadataKey: text], modelFile: nil))
        #expect(html.contains("<title>Loss by epoch</title>"))
        remove(folder)
    }

    @Test("a report takes the place of the one that was there, and leaves other files alone") func again() throws {
        let (folder, _) = try report()
        try File.replace("\(folder)/mistakes/mine.png", with: [1])
        let pictures = PictureSet.bars(each: 1)
        let right = pictures.labels.map { label in Probabilities((0..<6).map { $0 == label.rawValue ? 1 : 0 }) }
        try Report(model: "a", data: "b", right, pictures: pictures, history: []).write(to: folder)
        #expect(access("\(folder)/mistakes.png", F_OK) != 0)
        #expect(access("\(folder)/mistakes/01-surprise-taken-for-angry.png", F_OK) != 0)
        #expect(unlink("\(folder)/mistakes/mine.png") == 0)
        remove(folder)
    }

    @Test("mirrored pictures have left and right exchanged, and answers to both are averaged") func flipping() throws {
        let pictures = PictureSet.bars(each: 2)
        let mirrored = pictures.mirrored
        pictures.withPicture(3) { one in
            mirrored.withPicture(3) { other in
                #expect(
                    (0..<48).allSatisfy { y in
                        one[y * 48..<y * 48 + 48].elementsEqual(other[y * 48..<y * 48 + 48].reversed())
                    })
            }
        }
        let graph = try Architecture(name: "a", text: "input 1 48x48\ndense 6\nsoftmax").graph(seed: 3)
        let network = try ExpressionModel(Model(graph: graph), from: "a")
        let all = try [pictures, mirrored].map { try Evaluation.answers(of: network, to: $0, threads: 1) }
        let both = try Evaluation.answers(of: network, to: pictures, threads: 1, flipping: true)
        #expect(all[0] != all[1])
        for index in both.indices {
            for expression in MienVision.Expression.allCases {
                #expect(both[index][expression] == (all[0][index][expression] + all[1][index][expression]) / 2)
            }
        }
    }
}
