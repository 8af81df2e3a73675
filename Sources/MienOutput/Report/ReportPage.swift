import CMienAssets
import Mien
import MienVision

/// What a report has around its sections.
enum ReportPage {
    static func head(title: String, model: String) -> Text {
        var text = Text()
        text.append(
            """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="generator" content="mien
            """)
        text.append(" \(mienVersion)")
        text.append(
            """
            "><meta name="viewport" content="width=device-width">
            <title>
            """)
        text.append(html: title)
        text.append(" – mien</title>\n<style>\n")
        text.append(mien_asset_report_style)
        text.append("</style></head><body>\n<header><b>mien</b><span>")
        text.append(html: "\(mienVersion), network \(model)")
        text.append("</span><ul class=\"legend\">")
        for expression in Expression.allCases {
            text.append("<li><i class=\"\(expression.name)\"></i>\(expression.name)</li>")
        }
        text.append("</ul></header>\n")
        return text
    }

    static var foot: Text {
        var text = Text()
        text.append(
            """
            <footer>An expression is not a feeling: people smile out of politeness and frown at the sun. The network is
            wrong about some faces, more often about fear, anger and sadness than about happiness.</footer>
            <div id="tip" hidden></div>
            <script>

            """)
        text.append(mien_asset_report_script)
        text.append("</script></body></html>\n")
        return text
    }
}

extension Text {
    fileprivate mutating func append(_ asset: mien_asset) {
        append(bytes: UnsafeBufferPointer(start: asset.bytes, count: asset.count))
    }
}
