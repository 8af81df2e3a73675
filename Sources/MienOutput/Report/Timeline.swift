import Mien
import MienVision

/// What one face has shown, when.
struct FaceTimeline {
    let id: Int
    private(set) var start: Double
    private(set) var end: Double
    /// Seconds that it showed each expression, as steadied.
    private(set) var seconds = [Double](repeating: 0, count: Expression.allCases.count)
    /// Since the recording's start, in bins.
    private(set) var firstBin: Int
    /// Sums of the probabilities in a bin, and in the last lane how many frames they are of.
    private(set) var bins: [SIMD8<Float>] = []

    static let countLane = 7

    init(id: Int, time: Double, bin: Int) { (self.id, start, end, firstBin) = (id, time, time, bin) }

    var total: Double { seconds.reduce(0, +) }

    /// Over all its frames.
    var meanProbabilities: [Double] {
        let sum = bins.reduce(SIMD8(), +)
        return Expression.allCases.map { Double(sum[$0.rawValue] / max(sum[Self.countLane], 1)) }
    }

    mutating func add(_ face: Face, time: Double, lasting: Double, bin: Int) {
        end = time
        seconds[face.smoothed.label.rawValue] += lasting
        var sample = SIMD8<Float>()
        for expression in Expression.allCases { sample[expression.rawValue] = face.probabilities[expression] }
        sample[Self.countLane] = 1
        let place = max(0, bin - firstBin)
        while bins.count <= place { bins.append(SIMD8()) }
        bins[place] += sample
    }

    /// Makes one bin of two.
    mutating func halve() {
        let last = firstBin + bins.count - 1
        let first = firstBin / 2
        var halved = [SIMD8<Float>](repeating: SIMD8(), count: bins.isEmpty ? 0 : last / 2 - first + 1)
        for (offset, bin) in bins.enumerated() { halved[(firstBin + offset) / 2 - first] += bin }
        (firstBin, bins) = (first, halved)
    }
}

/// What all faces of a recording have shown, in memory that doesn't grow with its length: the longer it is, the more time
/// goes into a bin, and of very many faces the briefest are only counted.
struct Timelines {
    static let mostBins = 1 << 16
    static let mostFaces = 400

    private(set) var faces: [FaceTimeline] = []
    /// Those that are no longer among `faces`.
    private(set) var forgotten = 0
    /// Seconds in a bin: a frame at 25 a second, to begin with.
    private(set) var binWidth = 0.04
    /// Of the last frame.
    private(set) var end = 0.0
    private(set) var frames = 0
    private(set) var framesWithFaces = 0
    private var bins = 0
    /// Seconds from the frame before last to the last one, where there was no gap.
    private var interval = 1.0

    mutating func add(_ result: borrowing FrameResult) {
        let time = max(result.time, end, 0)
        // A gap in the recording is no look on a face. A photo's faces last, too, so that their shares are told.
        if frames > 0, time - end <= 1 { interval = time - end }
        let lasting = frames == 0 ? 1e-6 : min(time - end, interval)
        end = time
        frames += 1
        if !result.faces.isEmpty { framesWithFaces += 1 }
        let bin = Int(time / binWidth)
        for index in result.faces.indices {
            let face = result.faces[index]
            let known = faces.lastIndex { $0.id == face.id } ?? faces.endIndex
            if known == faces.endIndex { faces.append(FaceTimeline(id: face.id, time: time, bin: bin)) }
            bins -= faces[known].bins.count
            faces[known].add(face, time: time, lasting: lasting, bin: bin)
            bins += faces[known].bins.count
        }
        while bins > Self.mostBins { halve() }
        while faces.count > Self.mostFaces { forget(at: time) }
    }

    private mutating func halve() {
        binWidth *= 2
        for index in faces.indices { faces[index].halve() }
        bins = faces.reduce(0) { $0 + $1.bins.count }
    }

    /// Leaves out the face that was there for the shortest time, and is there no longer.
    private mutating func forget(at time: Double) {
        let gone = faces.indices.filter { faces[$0].end < time }
        guard let briefest = (gone.isEmpty ? Array(faces.indices) : gone).min(by: { faces[$0].total < faces[$1].total })
        else { return }
        bins -= faces.remove(at: briefest).bins.count
        forgotten += 1
    }
}
