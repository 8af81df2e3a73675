public import Mien
import MienVision

extension RunSummary {
    /// Writes the counts, the share of each expression and the time of each stage, for people to read.
    public func write(report file: OutputFile) throws(SinkError) {
        var text = Text()
        text.append(frames)
        text.append(frames == 1 ? " frame in " : " frames in ")
        text.append(seconds, decimals: 2)
        text.append(" s (")
        text.append(framesPerSecond, decimals: 1)
        text.append(" a second), ")
        text.append(framesWithFaces)
        text.append(" with a face, ")
        text.append(faces)
        text.append(faces == 1 ? " face\n" : " faces\n")
        if dropped + lost > 0 {
            text.append("  ")
            text.append(dropped)
            text.append(" dropped for newer ones, ")
            text.append(lost)
            text.append(" lost by the source\n")
        }
        for expression in Expression.allCases where self[expression] > 0 {
            text.append("  ")
            text.append(expression.name, width: -9)
            text.append(100 * Double(self[expression]) / Double(faces), decimals: 1, width: 5)
            text.append(" %\n")
        }
        for stage in Stage.allCases where stages[stage].items > 0 {
            text.append("  ")
            text.append(stage.name, width: -9)
            text.append(1000 * stages[stage].seconds / Double(stages[stage].items), decimals: 3, width: 9)
            text.append(stage == .classify ? " ms a face\n" : " ms a frame\n")
        }
        file.text.append(text)
        try file.flush()
    }

    /// Writes all of it as one JSON object on one line, and closes the file.
    public func write(json file: OutputFile) throws(SinkError) {
        var text = Text()
        text.append("{\"mien\":")
        text.append(json: mienVersion)
        text.append(",\"model\":")
        text.append(json: model)
        text.append(",\"sources\":")
        text.append(sources)
        text.append(",\"frames\":")
        text.append(frames)
        text.append(",\"frames_with_faces\":")
        text.append(framesWithFaces)
        text.append(",\"frames_dropped\":")
        text.append(dropped)
        text.append(",\"frames_lost\":")
        text.append(lost)
        text.append(",\"faces\":")
        text.append(faces)
        text.append(",\"seconds\":")
        text.append(seconds, decimals: 6)
        text.append(",\"frames_per_second\":")
        text.append(framesPerSecond, decimals: 3)
        text.append(",\"labels\":{")
        for expression in Expression.allCases {
            if expression.rawValue > 0 { text.append(",") }
            text.append(json: expression.name)
            text.append(":")
            text.append(self[expression])
        }
        text.append("},\"stages\":{")
        for stage in Stage.allCases {
            if stage.rawValue > 0 { text.append(",") }
            text.append(json: stage.name)
            text.append(":{\"items\":")
            text.append(stages[stage].items)
            text.append(",\"seconds\":")
            text.append(stages[stage].seconds, decimals: 6)
            text.append("}")
        }
        text.append("}}\n")
        file.text.append(text)
        try file.close()
    }
}

extension Stage {
    /// As results call it.
    var name: String { String(describing: self) }
}
