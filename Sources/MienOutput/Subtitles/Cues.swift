import Mien
import MienVision

/// A stretch of time in which every face shows the same.
struct Cue: Equatable {
    struct Line: Equatable {
        var face: Int
        var label: Expression
    }

    /// In seconds.
    var start: Double
    var end: Double
    /// One for each face, by number. Never empty.
    var lines: [Line]
}

/// Makes cues of what faces show, with little delay and little memory.
///
/// A change counts when it has lasted, from the moment that it began: nobody reads what flickers. One that follows another
/// face's closely counts from the same moment.
struct CueMaker {
    /// Seconds that a face must be there, be gone, or look different.
    static let shortestChange = 0.4
    /// Seconds of the shortest cue.
    static let shortestCue = 0.3
    /// Seconds without a frame after which nobody knows who was there meanwhile: no face keeps its number for longer.
    static let longestGap = Tracker.memory

    private struct State {
        let face: Int
        /// What cues say: nil where the face isn't there.
        var shown: Expression?
        /// What it shows instead, and since when.
        var other: Expression?
        var since = 0.0
        var latest: Expression?
    }

    private var states: [State] = []
    /// The cue in the making, without its end.
    private var lines: [Cue.Line] = []
    private var start = 0.0
    private var last: Double?
    /// Seconds from the frame before last to the last one.
    private var interval = 0.0

    /// Takes a frame and gives the cues that are complete by now.
    mutating func add(_ result: borrowing FrameResult) -> [Cue] {
        let time = max(result.time, last ?? 0, 0)
        let before = endBeforeGap(at: time)
        for index in states.indices { states[index].latest = nil }
        for index in result.faces.indices {
            let face = result.faces[index]
            if let known = states.firstIndex(where: { $0.face == face.id }) {
                states[known].latest = face.smoothed.label
            } else {
                states.append(State(face: face.id, since: time, latest: face.smoothed.label))
            }
        }
        if let last, !before.isGap { interval = time - last }
        last = time
        var due: [Int] = []
        for index in states.indices where compare(&states[index], at: time) { due.append(index) }
        let cues = due.sorted { states[$0].since < states[$1].since }.compactMap { index in
            states[index].shown = states[index].latest
            return change(states[index].face, to: states[index].latest, at: states[index].since)
        }
        states.removeAll { $0.shown == nil && $0.latest == nil }
        return before.cue.map { [$0] + cues } ?? cues
    }

    /// What is shown ends with the last frame before a gap, and what comes after begins anew.
    private mutating func endBeforeGap(at time: Double) -> (isGap: Bool, cue: Cue?) {
        guard let last, time - last > Self.longestGap else { return (false, nil) }
        let cue = cut(at: last + interval)
        states.removeAll()
        lines.removeAll()
        return (true, cue)
    }

    /// The last cue, if there is one.
    mutating func finish() -> Cue? {
        guard let last else { return nil }
        return cut(at: last + interval)
    }

    /// Whether the face's change has lasted long enough.
    private func compare(_ state: inout State, at time: Double) -> Bool {
        guard state.latest != state.shown else {
            state.other = state.shown
            return false
        }
        if state.latest != state.other {
            state.other = state.latest
            state.since = time
        }
        // Times are sums of a kind that comes out a hair too small.
        return time - state.since >= Self.shortestChange - 1e-6
    }

    /// Notes what a face shows from `time` on; gives the cue that this ends.
    private mutating func change(_ face: Int, to label: Expression?, at time: Double) -> Cue? {
        let ended = time - start >= Self.shortestCue || lines.isEmpty ? cut(at: time) : nil
        lines.removeAll { $0.face == face }
        if let label {
            let place = lines.firstIndex { $0.face > face } ?? lines.endIndex
            lines.insert(Cue.Line(face: face, label: label), at: place)
        }
        return ended
    }

    private mutating func cut(at time: Double) -> Cue? {
        defer { start = time }
        return lines.isEmpty || time <= start ? nil : Cue(start: start, end: time, lines: lines)
    }
}
