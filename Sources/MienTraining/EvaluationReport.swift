import MienVision

extension Evaluation {
    private static let names = MienVision.Expression.allCases.map(\.name)

    /// One line of JSON; shares from 0 to 1.
    ///
    /// `{"model":"NAME","count":3162,"accuracy":0.80,"macro_recall":0.75,"expected_calibration_error":0.03,
    /// "recall":{"angry":0.7,...},"confusion":[[...],...]}`; the recall of a class without pictures is null.
    public func json(model: String) -> String {
        let recalls = zip(Self.names, recall).map { "\"\($0)\":\($1.map(Self.number) ?? "null")" }
        let rows = confusion.map { "[\($0.map(String.init).joined(separator: ","))]" }
        return """
            {"model":\(Self.quoted(model)),"count":\(count),"accuracy":\(Self.number(accuracy)),\
            "macro_recall":\(Self.number(macroRecall)),\
            "expected_calibration_error":\(Self.number(expectedCalibrationError)),\
            "recall":{\(recalls.joined(separator: ","))},"confusion":[\(rows.joined(separator: ","))]}
            """
    }

    /// For people: the scores, then the confusion matrix with recall and precision.
    public func table(model: String) -> String {
        let width = 9
        func padded(_ text: String) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        func percent(_ share: Double?) -> String { share.map { Self.fixed(100 * $0, 1) } ?? "-" }
        var lines = [
            "\(model): \(count) pictures",
            "  accuracy                    \(percent(accuracy)) %",
            "  macro recall                \(percent(macroRecall)) %",
            "  expected calibration error  \(Self.fixed(expectedCalibrationError, 3))",
            "",
            padded("true") + "  " + (Self.names + ["recall %"]).map(padded).joined(),
        ]
        for (row, name) in Self.names.enumerated() {
            lines.append(
                padded(name) + "  " + confusion[row].map { padded("\($0)") }.joined() + padded(percent(recall[row])))
        }
        lines.append(padded("prec. %") + "  " + precision.map { padded(percent($0)) }.joined())
        return lines.joined(separator: "\n")
    }

    /// Six decimals at most, as JSON.
    private static func number(_ value: Double) -> String { "\((value * 1e6).rounded() / 1e6)" }

    /// `value` with so many decimals, rounded; as Swift writes it where it is beyond all that is measured here.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let scale = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let whole = Int((abs(value) * Double(scale)).rounded())
        let fraction = decimals == 0 ? "" : "." + String(String(whole % scale + scale).dropFirst())
        return (value < 0 && whole > 0 ? "-" : "") + "\(whole / scale)" + fraction
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
