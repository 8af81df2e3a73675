import Mien
import MienNN
public import MienVision

/// Labelled pictures of faces, 48x48 luma each, in memory.
public struct PictureSet: Sendable {
    /// Picture after picture, row by row: `count` x 48 x 48.
    public private(set) var pixels: [UInt8] = []
    public private(set) var labels: [MienVision.Expression] = []
    /// What a network should answer: the people's votes where there are any, otherwise all on the label.
    public private(set) var targets: [Probabilities] = []
    /// Whether the people who saw the picture disagreed: no class has more than half of the votes, and the label is that
    /// with the most. Such a picture is fit to learn from, and not to test with.
    public private(set) var isDisputed: [Bool] = []

    /// Where each came from, for people: a file, or a line of one; empty where nobody said.
    public private(set) var origins: [String] = []

    public init() {}

    public var count: Int { labels.count }

    /// `picture`: 48x48 samples.
    public mutating func append(
        _ picture: some Collection<UInt8>, label: MienVision.Expression, target: Probabilities? = nil,
        isDisputed: Bool = false, origin: String = ""
    ) {
        pixels.append(contentsOf: picture)
        labels.append(label)
        self.isDisputed.append(isDisputed)
        origins.append(origin)
        targets.append(target ?? Probabilities(MienVision.Expression.allCases.map { $0 == label ? 1 : 0 }))
    }

    /// Calls `body` with the samples of picture `index`.
    public func withPicture<Result, Failure>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try pixels.withUnsafeBufferPointer { all throws(Failure) in
            let start = index * FacePicture.pixelCount
            return try body(UnsafeBufferPointer(rebasing: all[start..<(start + FacePicture.pixelCount)]))
        }
    }

    /// How many pictures each class has, in the order of the six.
    public var countByLabel: [Int] {
        var counts = [Int](repeating: 0, count: MienVision.Expression.allCases.count)
        for label in labels { counts[label.rawValue] += 1 }
        return counts
    }

    /// What tells this set from others: its pictures, labels and targets.
    public var fingerprint: UInt64 {
        let pictures = Fingerprint.of(pixels)
        let labelled = Fingerprint.of(labels.lazy.map { UInt8($0.rawValue) }, after: pictures)
        let shares = targets.lazy.flatMap { target in MienVision.Expression.allCases.map { target[$0].bitPattern } }
        return Fingerprint.of(shares.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 24)] }, after: labelled)
    }

    /// The same pictures, left and right exchanged.
    public var mirrored: PictureSet {
        var result = self
        for start in stride(from: 0, to: pixels.count, by: FacePicture.side) {
            result.pixels[start..<(start + FacePicture.side)].reverse()
        }
        return result
    }

    /// The same pictures, as the detector's box would show them if it lay otherwise.
    func seen(in box: Steadiness.Box) -> PictureSet {
        var result = self
        var resampler = Resampler()
        let side = FacePicture.side
        let width = Double(side) * box.size
        let corner = (Double(side) - width) / 2
        let region = Region(
            x: corner + box.right * Double(side), y: corner + box.down * Double(side), width: width, height: width)
        for index in 0..<count {
            withPicture(index) { picture in
                result.pixels.withUnsafeMutableBufferPointer { all in
                    guard let source = picture.baseAddress, let base = all.baseAddress else { return }
                    resampler.resample(
                        PlaneView(base: source, width: side, height: side, stride: side), region: region,
                        into: base + index * FacePicture.pixelCount, width: side, height: side, stride: side)
                }
            }
        }
        return result
    }

    /// The pictures at `indices`, in that order.
    public func selecting(_ indices: some Collection<Int>) -> PictureSet {
        var result = PictureSet()
        result.pixels.reserveCapacity(indices.count * FacePicture.pixelCount)
        for index in indices {
            withPicture(index) {
                result.append(
                    $0, label: labels[index], target: targets[index], isDisputed: isDisputed[index],
                    origin: origins[index])
            }
        }
        return result
    }
}

extension PictureSet {
    /// Reads one part of FER2013.
    ///
    /// - Parameters:
    ///   - path: Kaggle's `fer2013.csv`, plain or packed as .xz. Every row is checked, also those of other parts.
    ///   - votes: FER+'s `fer2013new.csv`, which has a row for each of that file's. The label is then the class with the
    ///     majority of the votes, otherwise FER2013's own; rows where that is none of the six are left out.
    ///   - includingDisputed: of FER+'s rows also those without a majority where most votes are for the six.
    ///   - leavingOutCopies: of pictures that another part has too. FER2013's parts share some hundreds, and what is
    ///     learnt from must not be tested with.
    public init(
        fer2013 path: String, votes votesPath: String? = nil, usage: Usage, includingDisputed: Bool = false,
        leavingOutCopies: Bool = false
    ) throws(DataError) {
        let votes = if let votesPath { try Votes.read(votesPath) } else { nil as [(usage: Usage, votes: Votes)]? }
        self.init()
        var reader = try FER2013Reader(path)
        var index = 0
        var others: Set<[UInt8]> = []
        while let row = try reader.next() {
            defer { index += 1 }
            let rowVotes = try votes.map { votes throws(DataError) in
                guard index < votes.count, votes[index].usage == row.usage else {
                    throw DataError(
                        "\(votesPath ?? ""):\(index + 2): it has no row for line \(row.line) of \(path); both must be of the same edition"
                    )
                }
                return votes[index].votes
            }
            guard row.usage == usage else {
                if leavingOutCopies { others.insert(Array(row.pixels)) }
                continue
            }
            let label = if let rowVotes { rowVotes.majority } else { MienVision.Expression(fer2013: row.emotion) }
            if let label {
                append(row.pixels, label: label, target: rowVotes?.shares, origin: "line \(row.line)")
            } else if includingDisputed, let rowVotes, rowVotes.isDisputed, let shares = rowVotes.shares {
                append(
                    row.pixels, label: shares.label, target: shares, isDisputed: true, origin: "line \(row.line)")
            }
        }
        if let votes, let votesPath, votes.count != index {
            throw DataError(
                "\(votesPath): it has \(votes.count) rows, but \(path) has \(index); both must be of the same edition")
        }
        if leavingOutCopies {
            self = selecting((0..<count).filter { index in !withPicture(index) { others.contains(Array($0)) } })
        }
        if count == 0 { throw DataError("\(path): no row of \(usage.rawValue) has one of the six expressions") }
    }
}
