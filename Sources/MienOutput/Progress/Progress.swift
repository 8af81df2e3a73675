/// How far a run over recordings or photos has come.
public struct Progress: Sendable {
    /// The input in hand, those that are behind it, and all.
    public var input = ""
    public var inputsDone = 0
    public var inputs = 1
    public var frames = 0
    /// Of the work, from 0 to 1; nil where that isn't known.
    public var fraction: Double?
    /// Since the run began.
    public var seconds = 0.0
    /// How much time the frames cover in their recordings; 0 for photos.
    public var recordedSeconds = 0.0

    public init() {}

    public var framesPerSecond: Double { seconds > 0 ? Double(frames) / seconds : 0 }

    /// Seconds of recording for each second of the run; nil for photos.
    public var timesRealTime: Double? { seconds > 0 && recordedSeconds > 0 ? recordedSeconds / seconds : nil }

    /// At the pace so far; nil as long as nothing can be said.
    public var secondsLeft: Double? {
        guard let fraction, fraction > 0, seconds > 0 else { return nil }
        return seconds * (1 - fraction) / fraction
    }

    /// All of it as one JSON object, without a line feed.
    public var json: String {
        var text = Text()
        text.append("{\"progress\":")
        text.append(fraction ?? .nan, decimals: 4)
        text.append(",\"input\":")
        text.append(json: input)
        text.append(",\"inputs_done\":")
        text.append(inputsDone)
        text.append(",\"inputs\":")
        text.append(inputs)
        text.append(",\"frames\":")
        text.append(frames)
        text.append(",\"seconds\":")
        text.append(seconds, decimals: 3)
        text.append(",\"frames_per_second\":")
        text.append(framesPerSecond, decimals: 2)
        text.append(",\"times_real_time\":")
        text.append(timesRealTime ?? .nan, decimals: 2)
        text.append(",\"seconds_left\":")
        text.append(secondsLeft ?? .nan, decimals: 1)
        text.append("}")
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
