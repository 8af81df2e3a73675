import MienCapture
import MienImage
import MienVision

/// A run of frames of a recording, and what is known of each. Its memory is used again for the next run.
struct Chunk: ~Copyable {
    /// How many frames chunk `number` has; the first are short, so that the first answers come soon.
    ///
    /// It depends on nothing else, so that the bounds are the same whoever works on which chunk.
    static func length(of number: Int) -> Int { number < 2 ? 8 << number : longest }
    static let longest = 24
    /// The frame that chunk `number` begins with.
    static func start(of number: Int) -> Int { number < 2 ? 8 * number : 24 + (number - 2) * longest }

    /// Counts from 0 within the source.
    private(set) var number = 0
    /// How many frames it holds.
    private(set) var count = 0
    let frames: [FrameSlot]
    /// For each frame, whether it shows another scene than the one before.
    private(set) var cuts: [Bool] = []
    /// For each frame its luma.
    private(set) var pictures: [PlaneView] = []
    /// For each frame its faces with their identities.
    var faces = [[TrackedFace]](repeating: [], count: longest)

    /// Luma of more pixels than this may be reduced to as many: a scan looks at fewer, and the smallest face that it finds
    /// is then still as wide as the picture that names its expression, or nearly so.
    static let enoughPixels = 1280 * 720

    /// - Parameter mayReduce: whether the luma of large pictures may be reduced, for the sake of memory.
    init(mayReduce: Bool) {
        frames = (0..<Self.longest).map { _ in FrameSlot() }
        if mayReduce { for slot in frames { slot.frame.enoughPixels = Self.enoughPixels } }
    }

    /// Fills the chunk with the next frames of `source`. False where that ended within it, or `stop` was set: then
    /// the chunk is empty.
    ///
    /// Where the source breaks, the chunk holds the frames before the break.
    mutating func read(
        _ number: Int, from source: any FrameSource, cut: inout SceneCut, until stop: StopFlag
    ) throws(CaptureError) -> Bool {
        self.number = number
        empty()
        while count < Self.length(of: number) {
            CrashNote.enter(.decode, Self.start(of: number) + count)
            if stop.isSet {
                // What part of a chunk gives is not what all of it would have given: an end that is asked for comes before.
                empty()
                return false
            }
            // Its last source may have left one, and not every kind has any.
            frames[count].frame.setReduction(1, of: nil)
            guard try source.read(into: &frames[count].frame) else { return false }
            try checkSize(of: frames[count].frame.luma.view, source.name)
            pictures.append(frames[count].frame.luma.view)
            cuts.append(cut.isCut(frames[count].frame.luma.view))
            count += 1
        }
        return true
    }

    private mutating func empty() {
        count = 0
        cuts.removeAll(keepingCapacity: true)
        pictures.removeAll(keepingCapacity: true)
    }

    /// Width and height below which nothing is a face that anybody could name an expression of.
    private static let smallestPicture = 10

    private func checkSize(of picture: PlaneView, _ source: String) throws(CaptureError) {
        if min(picture.width, picture.height) >= Self.smallestPicture { return }
        throw CaptureError(
            .unsupported, "\(source): a picture of \(picture.width)x\(picture.height) is too small to hold a face")
    }
}

/// Where a chunk keeps a frame: arrays take no values that can't be copied.
final class FrameSlot {
    var frame = Frame()
}
