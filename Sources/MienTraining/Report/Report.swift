import Glibc
import Mien
import MienSystem
public import MienVision

/// An evaluation for people: one HTML page that needs nothing else, and its pictures as files beside it.
public struct Report: Sendable {
    public var model: String
    /// What was asked about, for the title.
    public var data: String
    public var evaluation: Evaluation
    /// The epochs of the network's training; empty where they aren't known.
    public var history: [EpochScore]
    private var mistakes: [Mistake]

    struct Mistake: Sendable {
        var label: MienVision.Expression
        var answer: Probabilities
        var pixels: [UInt8]
        var origin: String
    }

    /// So many of the most confident mistakes are shown.
    public static let mistakeCount = 60

    public init(
        model: String, data: String, _ answers: [Probabilities], pictures: PictureSet, history: [EpochScore]
    ) {
        (self.model, self.data, self.history) = (model, data, history)
        evaluation = Evaluation(answers, labels: pictures.labels)
        let wrong = answers.indices.filter { answers[$0].label != pictures.labels[$0] }
        // Of equals the first, so that it is the same every time.
        let worst = wrong.sorted { (answers[$0].confidence, $1) > (answers[$1].confidence, $0) }
        mistakes = worst.prefix(Self.mistakeCount).map { index in
            Mistake(
                label: pictures.labels[index], answer: answers[index],
                pixels: pictures.withPicture(index) { Array($0) }, origin: pictures.origins[index])
        }
    }

    /// Writes `report.html`, `evaluation.json`, `mistakes.png` and the mistakes one by one into a folder, which is made if
    /// it isn't there; all for this user alone, since people's faces are in it.
    public func write(to folder: String) throws(DataError) {
        for path in [folder, "\(folder)/mistakes"] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw DataError("cannot make the folder \(path): \(String(cString: strerror(errno)))")
        }
        removeOldMistakes(folder)
        func replace(_ name: String, with bytes: [UInt8]) throws(DataError) {
            try File.replace("\(folder)/\(name)", with: bytes, isPrivate: true)
        }
        for (number, mistake) in mistakes.enumerated() {
            let digits = number < 9 ? "0\(number + 1)" : "\(number + 1)"
            let name = "\(digits)-\(mistake.label.name)-taken-for-\(mistake.answer.label.name).png"
            try replace("mistakes/\(name)", with: Self.png(mistake))
        }
        if !mistakes.isEmpty { try replace("mistakes.png", with: contactSheet) }
        try replace("evaluation.json", with: Array((evaluation.json(model: model) + "\n").utf8))
        try replace("report.html", with: Array(html.utf8))
    }

    /// The files of a report in its folder that others may have files of the same name as.
    public static let files = ["mistakes.png", "evaluation.json", "report.html"]

    /// Those of a report that was written there before.
    private func removeOldMistakes(_ folder: String) {
        unlink("\(folder)/mistakes.png")
        for name in (try? PictureFolder.entries(of: "\(folder)/mistakes")) ?? []
        where name.hasSuffix(".png") && name.contains("-taken-for-") {
            unlink("\(folder)/mistakes/\(name)")
        }
    }

    private static func png(_ mistake: Mistake) -> [UInt8] {
        PNG.bytes(mistake.pixels, width: FacePicture.side, height: FacePicture.side)
    }

    /// All mistakes in rows of ten.
    private var contactSheet: [UInt8] {
        let (columns, gap, side) = (10, 4, FacePicture.side)
        let rows = (mistakes.count + columns - 1) / columns
        let (width, height) = (columns * (side + gap) + gap, rows * (side + gap) + gap)
        var sheet = [UInt8](repeating: 255, count: width * height)
        for (number, mistake) in mistakes.enumerated() {
            let corner = (gap + number / columns * (side + gap)) * width + gap + number % columns * (side + gap)
            for y in 0..<side {
                for x in 0..<side { sheet[corner + y * width + x] = mistake.pixels[y * side + x] }
            }
        }
        return PNG.bytes(sheet, width: width, height: height)
    }

    // MARK: The page

    private var html: String {
        let figures = [
            ("accuracy", "\(Charts.percent(evaluation.accuracy)) %"),
            ("macro recall", "\(Charts.percent(evaluation.macroRecall)) %"),
            ("calibration error", Evaluation.fixed(evaluation.expectedCalibrationError, 3)),
            ("pictures", "\(evaluation.count)"),
        ].map { "<div><b>\($0.1)</b><span>\($0.0)</span></div>" }
        var sections = [
            section("Confusion", "Rows are true classes, columns answers.", Charts.confusion(evaluation)),
            section("Recall", "The share of each class that was found.", Charts.recall(evaluation)),
            section(
                "Reliability",
                "Bars: the share of right answers among those of a confidence. On the line the network is as sure as it is "
                    + "right.",
                Charts.reliability(evaluation)),
        ]
        if !history.isEmpty {
            let loss = Charts.curves(
                "Loss by epoch",
                [("learnt from", history.map(\.trainingLoss)), ("kept back", history.map(\.validationLoss))],
                isShare: false)
            let scores = Charts.curves(
                "Scores by epoch",
                [
                    ("accuracy, %", history.map(\.validationAccuracy)),
                    ("macro recall, %", history.map(\.validationMacroRecall)),
                ], isShare: true)
            sections.append(
                section("Learning", "Scores are of pictures kept back from the training data.", loss + "\n" + scores))
        }
        let figuresOfMistakes = mistakes.map { mistake in
            let text = "\(mistake.label.name), taken for \(mistake.answer.label.name)"
            return "<figure title=\"\(HTML.escaped(mistake.origin))\"><img alt=\"\(text)\" width=\"96\" height=\"96\" "
                + "src=\"data:image/png;base64,\(Base64.text(Self.png(mistake)))\"><figcaption>\(mistake.label.name) → "
                + "<b>\(mistake.answer.label.name)</b> \(Charts.percent(Double(mistake.answer.confidence)))&nbsp;%"
                + "</figcaption></figure>"
        }
        sections.append(
            section(
                "The most confident mistakes",
                mistakes.isEmpty
                    ? "There are none."
                    : "True class → answer and its confidence; where a picture came from: point at it.",
                "<div class=\"sheet\">\(figuresOfMistakes.joined(separator: "\n"))</div>"))
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="generator" content="mien \(mienVersion)">
            <meta name="viewport" content="width=device-width">
            <title>\(HTML.escaped(model)) on \(HTML.escaped(data))</title><style>\(Self.style)</style></head><body>
            <h1>\(HTML.escaped(model))</h1><p>on \(HTML.escaped(data))</p>
            <div class="figures">\(figures.joined())</div>
            \(sections.joined(separator: "\n"))
            </body></html>

            """
    }

    private func section(_ title: String, _ words: String, _ content: String) -> String {
        "<section><h2>\(title)</h2><p>\(words)</p>\n\(content)</section>"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c2128;--faint:#667080;--paper:#fff;--first:#2166ac;--second:#c2560c}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--faint:#93a0b0;--paper:#14181d;--first:#6db3f2;--second:#f59b57}}
        body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1000px;margin:2rem auto;\
        padding:0 1rem}h1{margin:0}h2{margin:2.5rem 0 0}p{margin:.2rem 0 1rem;color:var(--faint)}
        .figures{display:flex;flex-wrap:wrap;gap:2.5rem}.figures b{display:block;font-size:1.8rem}
        .figures span,figcaption{color:var(--faint)}svg{width:100%;height:auto;display:block}
        text{font-family:system-ui,sans-serif;fill:var(--ink)}text.faint{fill:var(--faint)}text.paper{fill:var(--paper)}
        .first{fill:var(--first)}.second{fill:var(--second)}rect.faint{fill:var(--faint)}
        polyline{fill:none;stroke:var(--faint);stroke-width:1}.grid{stroke-opacity:.3}.rule{stroke-dasharray:5 4}
        .curve-first{stroke:var(--first);stroke-width:2}.curve-second{stroke:var(--second);stroke-width:2}
        .sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:1rem}
        figure{margin:0;font-size:.8rem}figure img{display:block;image-rendering:pixelated}
        """
}
