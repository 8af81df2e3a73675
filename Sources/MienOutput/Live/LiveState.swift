import Mien
import MienVision

/// All that a live readout shows, as a value: results go in, a view reads it.
struct LiveState {
    struct Portrait {
        let id: Int
        var label: Expression
        var confidence: Float
        var probabilities: Probabilities
        var box: Box
        var isDetected: Bool
        var trail = Trail()
        /// The time of the last frame that had it.
        var seen: Double
    }

    /// What is looked at: a camera's name and mode, say.
    var title: String
    var isPaused = false
    /// What is being recorded, if anything is.
    var recording: String?
    /// The newest last.
    private(set) var messages: [String] = []
    /// The share of one core that the program uses.
    var processorShare = 0.0
    /// Seconds since the readout began.
    var elapsed = 0.0

    private(set) var faces: [Portrait] = []
    /// Faces that the last frame had no more, for when they come back.
    private var absent: [Portrait] = []
    private(set) var time = 0.0
    private(set) var latency = LatencyWindow()
    private(set) var dropped = 0
    private(set) var lost = 0
    private var arrivals: [Double] = []
    private var source = ""

    init(title: String) { self.title = title }

    /// Takes in a frame's result. `now`: seconds on `CLOCK_MONOTONIC`.
    mutating func add(_ result: borrowing FrameResult, now: Double) {
        if result.source != source || result.time < time { (faces, absent) = ([], []) }
        (source, time) = (result.source, result.time)
        var known = faces + absent.filter { time - $0.seen < Trail.seconds }
        faces.removeAll(keepingCapacity: true)
        for face in result.faces {
            let index = known.firstIndex { $0.id == face.id }
            var portrait =
                index.map { known.remove(at: $0) }
                ?? Portrait(
                    id: face.id, label: face.smoothed.label, confidence: 0, probabilities: face.probabilities,
                    box: face.box, isDetected: true, seen: time)
            (portrait.label, portrait.confidence) = (face.smoothed.label, face.smoothed.confidence)
            (portrait.probabilities, portrait.box) = (face.probabilities, face.box)
            (portrait.isDetected, portrait.seen) = (face.detected, time)
            portrait.trail.add(Trail.Cell(label: portrait.label, confidence: portrait.confidence), at: time)
            faces.append(portrait)
        }
        absent = known
        if let live = result.live {
            if live.captured > 0 { latency.add(now - live.captured) }
            (dropped, lost) = (live.dropped, live.lost)
        }
        arrivals.removeAll { now - $0 > Self.rateWindow }
        arrivals.append(now)
    }

    /// Over the last two seconds, or as long as there have been frames; what comes in bursts counts by their distance.
    func framesPerSecond(now: Double) -> Double {
        let recent = arrivals.filter { now - $0 <= Self.rateWindow }
        guard recent.count > 1, let first = recent.first, let last = recent.last, last > first else { return 0 }
        let pause = now - last
        let distance = (last - first) / Double(recent.count - 1)
        return pause > 2 * distance ? Double(recent.count) / (now - first) : 1 / distance
    }

    /// Seconds since the last frame; nil before the first.
    func silence(now: Double) -> Double? { arrivals.last.map { now - $0 } }

    private static let rateWindow = 2.0

    mutating func add(message: String) {
        messages.append(message)
        if messages.count > 3 { messages.removeFirst() }
    }
}
